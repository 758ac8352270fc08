"""What is said, in words and in clips: the languages, the library of sounds, and the engines that make them."""
