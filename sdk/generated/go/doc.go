// Package shortlist is the Go client of the shortlist API.
//
// A [Client] offers each service as a field. Every call takes a context and options, has one deadline
// over all its attempts, is repeated where the contract allows it, and fails with a typed error.
// A client is safe for concurrent use and is meant to be kept.
package shortlist
