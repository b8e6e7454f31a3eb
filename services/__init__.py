"""The services of Groundswell, one step of a view's way each; they meet only in Redis."""
