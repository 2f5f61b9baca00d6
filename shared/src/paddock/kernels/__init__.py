"""Kernels: processes that run notebooks' cells, forked where everything is loaded, or started the stock way."""
