"""Datasets: contracts, versions, and who may read and write them."""
