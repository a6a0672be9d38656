/** Name of the product; headers and the domain of errors are named after it. */
export const API_NAME = "music";

/** Version of this package. */
export const VERSION = "2.1.0";

/** Changes with the contract. */
export const CONTRACT_DIGEST = "ad7d3aac6799e325dd753dc8b807a016dd04665e65d1984ca3a5be96c60947c6";
