package music

// Version is the version of this package.
const Version = "2.1.0"

// ContractDigest identifies the contract this package was generated from.
const ContractDigest = "ad7d3aac6799e325dd753dc8b807a016dd04665e65d1984ca3a5be96c60947c6"
