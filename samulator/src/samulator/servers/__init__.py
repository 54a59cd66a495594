"""The data services as child processes: real servers, each from a wheel, on loopback."""
