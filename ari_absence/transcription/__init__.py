"""What was said in a message, as text: by an engine in a process of its own, after the message is safe."""
