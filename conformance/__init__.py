"""One set of cases by which servers, SDKs and integrations prove that they keep the contract."""
