"""What puts the server in front of users: the edge."""
