"""Tests of the sandbox: the twins in process and over real sockets, the store, the faults, discovery."""
