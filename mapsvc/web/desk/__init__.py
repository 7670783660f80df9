"""The desk: the queue, the register of premises, imports, people. Who may do what is asked inside the use cases."""
