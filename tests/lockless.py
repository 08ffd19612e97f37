"""A file system without locks: a library, put in front of the C library's, that makes locking fail in one folder."""

import errno
import os
import shutil
import subprocess
from pathlib import Path

# What file systems without locks say.
ERRORS = ("ENOLCK", "EOPNOTSUPP", "EINVAL", "EIO", "ENOSYS")

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int error_of(int descriptor) {
    const char *folder = getenv("LOCKLESS_FOLDER"), *number = getenv("LOCKLESS_ERRNO");
    char link[64], path[4096];
    if (folder == NULL || number == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = '\0';
    size_t shared = strlen(folder);
    return strncmp(path, folder, shared) == 0 && path[shared] == '/' ? atoi(number) : 0;
}

int flock(int descriptor, int operation) {
    int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
    int number = error_of(descriptor);
    if (number == 0) return real(descriptor, operation);
    errno = number;
    return -1;
}

static int control(const char *name, int descriptor, int command, void *argument) {
    int (*real)(int, int, void *) = dlsym(RTLD_NEXT, name);
    int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    int number = locks ? error_of(descriptor) : 0;
    if (number == 0) return real(descriptor, command, argument);
    errno = number;
    return -1;
}

#define CONTROL(name)                                        \
    int name(int descriptor, int command, ...) {             \
        va_list arguments;                                   \
        va_start(arguments, command);                        \
        void *argument = va_arg(arguments, void *);          \
        va_end(arguments);                                   \
        return control(#name, descriptor, command, argument); \
    }
CONTROL(fcntl)
CONTROL(fcntl64)
"""


def build_library(folder: Path) -> Path:
    """Compile the library. Fails, with a name, where the machine has no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "these tests need a C compiler: install gcc (see CONTRIBUTING.md)"
    source, library = folder / "lockless.c", folder / "lockless.so"
    source.write_text(_SOURCE, encoding="utf-8")
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"the library of tests/lockless.py does not compile: {done.stderr}"
    return library


def environment_of(library: Path, folder: Path, error: str) -> dict[str, str]:
    """The environment of a process whose locks fail under `folder` with the error of that name."""
    return {
        **os.environ,
        "LD_PRELOAD": str(library),
        "LOCKLESS_FOLDER": os.path.realpath(folder),
        "LOCKLESS_ERRNO": str(getattr(errno, error)),
    }
