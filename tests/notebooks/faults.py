"""Faults of a kernel: cells, the cause of the verdict, and how its reason begins when the cell is the third."""

from __future__ import annotations

from paddock.notebooks.cause import Cause

from tests.notebooks.audited import GATE

SO_FAR = f"import os\nopen('kernel', 'w').write(str(os.getpid()))\nprint('so far')\n{GATE}"
HANG = "import threading, time\ndef hang():\n    while True: time.sleep(0.1)"
FAULTS = {
    "killed": ("os.kill(os.getpid(), 9)", Cause.KERNEL_KILLED, "kernel killed by signal 9 in cell 3"),
    "segfault": ("import ctypes; ctypes.string_at(0)", Cause.KERNEL_KILLED, "kernel killed by signal 11 in cell 3"),
    "os._exit(0)": (
        "os._exit(0)",
        Cause.KERNEL_EXITED,
        "kernel ended with exit code 0 in cell 3, so what follows was never executed",
    ),
    "sys.exit(0)": (
        "import sys; sys.exit(0)",
        Cause.FAILED_CELL,
        "cell 3 called sys.exit, so what follows was never executed",
    ),
    "stopped": (
        "import signal; os.kill(os.getpid(), signal.SIGSTOP)",
        Cause.KERNEL_SILENT,
        "kernel stopped by a signal in cell 3, and nobody let it go on",
    ),
    "out of memory": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))\nx = bytearray(1 << 40)",
        Cause.OUT_OF_MEMORY,
        "cell 3 raised MemoryError",
    ),
    "out of memory in a library": (
        "class Full(MemoryError): pass\nraise Full('8 PiB')",
        Cause.OUT_OF_MEMORY,
        "cell 3 raised Full: 8 PiB",
    ),
    "input": ("input()", Cause.FAILED_CELL, "cell 3 asks for input, which nobody gives in a run"),
    "lost IOPub": (
        "kernel = get_ipython().kernel.iopub_thread\nkernel.io_loop.add_callback(kernel.socket.close)\n",
        Cause.KERNEL_SILENT,
        "the kernel's outputs ceased to arrive in cell 3",
    ),
}
AT_THE_END = {
    "exception in a thread": (
        "import threading\nthreading.Thread(target=lambda: 1 / 0).start()",
        Cause.UNSEEN_FAILURE,
        "cell 3: an exception in a thread: ZeroDivisionError: division by zero",
    ),
    "thread that never ends": (
        f"{HANG}\nthreading.Thread(target=hang, name='work').start()",
        Cause.LEFT_RUNNING,
        "cell 3: the thread 'work' still ran after the last cell: join it, or make it a daemon",
    ),
    "exit handler that never ends": (
        f"{HANG}\nimport atexit; atexit.register(hang);",
        Cause.LEFT_RUNNING,
        "the kernel hung in what runs at exit, after the last cell",
    ),
    "exit handler that kills": (
        "import atexit; atexit.register(os.kill, os.getpid(), 11);",
        Cause.KERNEL_KILLED,
        "kernel killed by signal 11 in what runs at exit, after the last cell",
    ),
    "thread that kills": (
        "import threading\nthreading.Timer(0.3, os._exit, [3]).start()",
        Cause.KERNEL_EXITED,
        "kernel ended with exit code 3 after the last cell",
    ),
}
