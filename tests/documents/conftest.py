from tests.operations.conftest import quiet_world, settled_shell, shell

__all__ = ["quiet_world", "settled_shell", "shell"]
