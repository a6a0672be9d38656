"""What only those need who change the contract or the cases; not part of the package."""
