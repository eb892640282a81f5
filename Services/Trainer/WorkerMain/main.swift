// Filled when the handler is there.
