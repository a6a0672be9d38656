package shortlist

// Version is the version of this package.
const Version = "0.1.0"

// ContractDigest identifies the contract this package was generated from.
const ContractDigest = "948376d6d3fbacdadca3ece7a6a3c9d1d450c8ae54b564314869437148423aac"
