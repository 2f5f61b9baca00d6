"""The pages of the site: each module knows one kind of them."""
