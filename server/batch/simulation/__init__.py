"""A simulated world with known truth, a driver of live servers, and off-policy estimates."""
