/** Name of the product; headers and the domain of errors are named after it. */
export const API_NAME = "shortlist";

/** Version of this package. */
export const VERSION = "0.1.0";

/** Changes with the contract. */
export const CONTRACT_DIGEST = "948376d6d3fbacdadca3ece7a6a3c9d1d450c8ae54b564314869437148423aac";
