"""WebSocket APIs: connections, their messages and routes, and @connections."""
