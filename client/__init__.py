"""What a person at a terminal uses of the running application; never deployed."""
