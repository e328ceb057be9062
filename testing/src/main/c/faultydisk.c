/*
 * A disk that does what a test says: a library to be preloaded between a process and glibc, for
 * the files and folders below one root. It can hold a sync until it is let go, fail it, say "no
 * space", "I/O error" or "read-only", and it keeps a journal from which the power can be cut after
 * the process was killed (PowerLoss.java): what of each file was synced, and which changes of names.
 * Test only.
 *
 *   FAULTYDISK        a folder on the root's file system, outside of the root, that holds
 *                       control   64-bit words of the machine, mapped by the test too (FaultyDisk.java)
 *                       journal   a line for each event that the power's loss is made of
 *                       shadow/   hard links to what was unlinked or replaced
 *   FAULTYDISK_ROOT   the folder whose files are looked after
 *
 * What is not seen: writes through stdio (RocksDB makes none), copies inside the kernel, duplicates of a
 * descriptor, renamed folders. System calls are made directly, so nothing here depends on the order in
 * which libraries are loaded.
 *
 * The journal is written by one system call for each line, and a line that announces a change comes
 * before it: a kill leaves at worst a line too many, which PowerLoss recognises by the inode. A sync
 * is noted after it, with the length before it: a kill leaves at worst less than what is on the disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if !defined(__GLIBC__) || !defined(__LP64__)
#error faultydisk needs glibc and 64 bits
#endif

/* ---- what the test and the library tell each other: the order is FaultyDisk.Word's ---- */

enum { NAME_BYTES = 64, PATH_BYTES = PATH_MAX + 256, FILES_MAX = 1 << 16 };

struct control {
    /* The test writes, the library reads. */
    _Atomic int64_t hold_syncs;   /* 1: a sync waits ... */
    _Atomic int64_t let_through;  /* ... unless it can take one of these */
    _Atomic int64_t sync_error;   /* an errno, 0 for none; so are the next three */
    _Atomic int64_t write_error;  /* of write, pwrite, fallocate */
    _Atomic int64_t read_error;
    _Atomic int64_t change_error; /* of open to write, create, rename, unlink, mkdir, truncate */
    _Atomic int64_t space;        /* bytes that can still be written; below 0: no end */
    _Atomic int64_t told;         /* bits of the events that were told since the test cleared them */
    /* The library writes, the test reads. */
    _Atomic int64_t sequence;     /* lines of the journal */
    _Atomic int64_t held;         /* syncs that wait now */
    _Atomic int64_t syncs;        /* syncs that returned well */
    _Atomic int64_t syncs_failed;
    _Atomic int64_t writes;       /* writes that returned well, and their bytes */
    _Atomic int64_t bytes;
    _Atomic int64_t writes_failed;
    _Atomic int64_t reads_failed;
    _Atomic int64_t changes_failed;
    _Atomic int64_t attached;     /* processes that ever loaded the library */
    /* Faults and holds are for names that contain this; empty: for all. */
    char name[NAME_BYTES];
};

enum told { TOLD_SYNC = 1, TOLD_WRITE = 2, TOLD_READ = 4, TOLD_CHANGE = 8 };

static struct control *control; /* null: nothing is looked after */
static char root[PATH_BYTES], shadow[PATH_BYTES];
static size_t root_length;
static int journal_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* one change and its line at a time */

/* What is open below the root. The inode tells a stale entry: not every close passes here. */
static struct opened {
    ino_t inode; /* 0: not looked after */
    bool directory;
    char name[NAME_BYTES];
} opened[FILES_MAX];

/* ---- the journal ---- */

static int64_t note(const char *format, ...) {
    char line[2 * PATH_BYTES + 128];
    int64_t sequence = atomic_fetch_add(&control->sequence, 1);
    int length = snprintf(line, sizeof line, "%lld ", (long long)sequence);
    va_list values;
    va_start(values, format);
    length += vsnprintf(line + length, sizeof line - length - 1, format, values);
    va_end(values);
    line[length++] = '\n';
    if (syscall(SYS_write, journal_fd, line, length) != length) abort();
    return sequence;
}

/* Events that a test waits for are lines on standard error, as it reads those anyway. */
static void tell(const char *what, const char *name) {
    char line[NAME_BYTES + 64];
    int length = snprintf(line, sizeof line, "faultydisk: %s %s\n", what, name);
    if (syscall(SYS_write, STDERR_FILENO, line, length) < 0) return;
}

static void tell_once(enum told bit, const char *what, const char *name) {
    if (!(atomic_fetch_or(&control->told, bit) & bit)) tell(what, name);
}

/* ---- which files ---- */

/* The path without ".", ".." and doubled slashes, if it is the root or below it. */
static bool inside(int folder, const char *path, char *full) {
    char raw[PATH_BYTES * 2];
    if (!control || !path || !*path) return false;
    if (*path == '/') {
        snprintf(raw, sizeof raw, "%s", path);
    } else if (folder == AT_FDCWD) {
        char here[PATH_BYTES];
        if (!getcwd(here, sizeof here)) return false;
        snprintf(raw, sizeof raw, "%s/%s", here, path);
    } else {
        char link[64], here[PATH_BYTES];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, here, sizeof here - 1);
        if (length < 0) return false;
        here[length] = 0;
        snprintf(raw, sizeof raw, "%s/%s", here, path);
    }
    size_t end = 0;
    for (char *rest, *part = strtok_r(raw, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (!strcmp(part, ".")) continue;
        if (!strcmp(part, "..")) {
            while (end && full[--end] != '/') {}
            continue;
        }
        size_t length = strlen(part);
        if (end + length + 2 > PATH_BYTES) return false;
        full[end++] = '/';
        memcpy(full + end, part, length);
        end += length;
    }
    full[end] = 0;
    return !strncmp(full, root, root_length) && (full[root_length] == '/' || !full[root_length]);
}

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static struct opened *tracked(int fd) {
    if (!control || fd < 0 || fd >= FILES_MAX || !opened[fd].inode) return NULL;
    struct stat now;
    if (fstat(fd, &now) || now.st_ino != opened[fd].inode) {
        opened[fd].inode = 0;
        return NULL;
    }
    return &opened[fd];
}

static void track(int fd, const char *full) {
    struct stat now;
    if (fd < 0 || fd >= FILES_MAX || fstat(fd, &now)) return;
    opened[fd].directory = S_ISDIR(now.st_mode);
    snprintf(opened[fd].name, NAME_BYTES, "%.*s", NAME_BYTES - 1, base(full));
    opened[fd].inode = now.st_ino;
}

/* ---- faults ---- */

static bool concerns(const char *name) { return !*control->name || strstr(name, control->name); }

static bool fails(_Atomic int64_t *error, const char *name, _Atomic int64_t *count, enum told bit) {
    static const char *const what[] = {[TOLD_SYNC] = "failed sync", [TOLD_WRITE] = "failed write",
                                       [TOLD_READ] = "failed read", [TOLD_CHANGE] = "failed change"};
    int64_t code = atomic_load(error);
    if (!code || !concerns(name)) return false;
    atomic_fetch_add(count, 1);
    tell_once(bit, what[bit], name);
    errno = (int)code;
    return true;
}

static bool change_fails(const char *full) {
    return fails(&control->change_error, base(full), &control->changes_failed, TOLD_CHANGE);
}

/* How many of these bytes there is room for: as on a real disk, a write may be cut short. */
static size_t room(size_t wanted, const char *name) {
    int64_t space = atomic_load(&control->space);
    while (space >= 0 && concerns(name)) {
        size_t taken = (size_t)space < wanted ? (size_t)space : wanted;
        if (!taken && wanted) {
            atomic_fetch_add(&control->writes_failed, 1);
            tell_once(TOLD_WRITE, "failed write", name);
            errno = ENOSPC;
            return 0;
        }
        if (atomic_compare_exchange_weak(&control->space, &space, space - (int64_t)taken)) return taken;
    }
    return wanted;
}

static void hold(const char *name) {
    if (!atomic_load(&control->hold_syncs) || !concerns(name)) return;
    atomic_fetch_add(&control->held, 1);
    bool said = false;
    while (atomic_load(&control->hold_syncs)) {
        int64_t left = atomic_load(&control->let_through);
        if (left > 0 && atomic_compare_exchange_weak(&control->let_through, &left, left - 1)) break;
        if (!said) tell("held", name);
        said = true;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    atomic_fetch_sub(&control->held, 1);
}

/* ---- names ---- */

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_BYTES];
    if (!inside(folder, path, full)) return (int)syscall(SYS_openat, folder, path, flags, mode);
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    if (writes && change_fails(full)) return -1;
    pthread_mutex_lock(&lock);
    struct stat before;
    bool there = !lstat(full, &before);
    int64_t line = -1;
    bool creates = (flags & O_CREAT) && !there;
    if (creates && !atomic_load(&control->space) && concerns(base(full))) {
        pthread_mutex_unlock(&lock);
        room(1, base(full)); /* says no */
        return -1;
    }
    if (creates) line = note("create %s", full);
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    int error = errno;
    if (fd >= 0) {
        track(fd, full);
        if (creates) {
            note("created %llu %s", (unsigned long long)opened[fd].inode, full);
        } else if (writes && there && S_ISREG(before.st_mode)) {
            note("found %llu %lld %s", (unsigned long long)before.st_ino, (long long)before.st_size, full);
            if (flags & O_TRUNC) note("truncate %llu 0", (unsigned long long)before.st_ino);
        }
    } else if (creates) {
        note("undone %lld", (long long)line);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list values; \
        va_start(values, flags); \
        mode = va_arg(values, mode_t); \
        va_end(values); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FILES_MAX) opened[fd].inode = 0;
    return (int)syscall(SYS_close, fd);
}

/* Ends a change of a name that was announced by `line`. */
static int ended(int result, int64_t line) {
    int error = errno;
    if (result) note("undone %lld", (long long)line);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

/* A second name, aside, for what is about to lose this one; "-" if there is nothing. */
static unsigned long long saved(const char *full, char *name) {
    struct stat now;
    strcpy(name, "-");
    if (lstat(full, &now)) return 0;
    if (S_ISREG(now.st_mode)) {
        char aside[PATH_BYTES + 32];
        sprintf(name, "%lld", (long long)atomic_load(&control->sequence));
        sprintf(aside, "%s/%s", shadow, name);
        if (syscall(SYS_linkat, AT_FDCWD, full, AT_FDCWD, aside, 0)) strcpy(name, "-");
    }
    return now.st_ino;
}

int unlinkat(int folder, const char *path, int flags) {
    char full[PATH_BYTES], aside[32];
    if (!inside(folder, path, full)) return (int)syscall(SYS_unlinkat, folder, path, flags);
    if (change_fails(full)) return -1;
    pthread_mutex_lock(&lock);
    unsigned long long inode = saved(full, aside);
    int64_t line = flags & AT_REMOVEDIR ? note("rmdir %s", full) : note("unlink %llu %s %s", inode, aside, full);
    return ended((int)syscall(SYS_unlinkat, folder, path, flags), line);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char *path) {
    int result = unlink(path);
    return result && (errno == EISDIR || errno == EPERM) ? rmdir(path) : result;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char full[PATH_BYTES], target[PATH_BYTES], aside[32];
    if (!inside(from_folder, from, full) || !inside(to_folder, to, target))
        return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (change_fails(full)) return -1;
    pthread_mutex_lock(&lock);
    struct stat now = {0};
    bool there = !lstat(full, &now);
    saved(target, aside);
    int64_t line = note("rename %llu %s %s\t%s", (unsigned long long)(there ? now.st_ino : 0), aside, full, target);
    return ended((int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags), line);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    char target[PATH_BYTES];
    if (!inside(to_folder, to, target)) return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    if (change_fails(target)) return -1;
    pthread_mutex_lock(&lock);
    int64_t line = note("link %s", target);
    return ended((int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags), line);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char full[PATH_BYTES];
    if (!inside(folder, path, full)) return (int)syscall(SYS_mkdirat, folder, path, mode);
    struct stat there; /* of what is there, the kernel says so before it looks at the disk */
    if (lstat(full, &there) && change_fails(full)) return -1;
    pthread_mutex_lock(&lock);
    int64_t line = note("mkdir %s", full);
    return ended((int)syscall(SYS_mkdirat, folder, path, mode), line);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* ---- bytes ---- */

/* Notes what is about to be overwritten, as the power may go before or after the new bytes stay. */
static void save_old(int fd, ino_t inode, off_t from, size_t length) {
    unsigned char old[PATH_BYTES / 2];
    char hex[PATH_BYTES + 1];
    while (length) {
        ssize_t read = syscall(SYS_pread64, fd, old, length < sizeof old ? length : sizeof old, from);
        if (read <= 0) return; /* behind the end, or not open to read: then an append is all that is safe */
        for (ssize_t i = 0; i < read; i++) sprintf(hex + 2 * i, "%02x", old[i]);
        note("overwrite %llu %lld %s", (unsigned long long)inode, (long long)from, hex);
        from += read;
        length -= (size_t)read;
    }
}

/* RocksDB's and Java's files to write are often not open to read: a second descriptor is. */
static void before_write(int fd, const struct opened *file, off_t at, size_t length) {
    struct stat now;
    if (at < 0 || fstat(fd, &now) || at >= now.st_size) return;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int reading = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    if (reading < 0) abort();
    pthread_mutex_lock(&lock);
    save_old(reading, file->inode, at, length);
    pthread_mutex_unlock(&lock);
    syscall(SYS_close, reading);
}

static ssize_t written(ssize_t result) {
    if (result >= 0) {
        atomic_fetch_add(&control->writes, 1);
        atomic_fetch_add(&control->bytes, result);
    }
    return result;
}

static off_t position(int fd) {
    return (fcntl(fd, F_GETFL) & O_APPEND) ? -1 : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
}

/* How many bytes may be written here, after what they replace was noted; below 0: none, see errno. */
static ssize_t admitted(int fd, struct opened *file, size_t length, off_t at) {
    if (fails(&control->write_error, file->name, &control->writes_failed, TOLD_WRITE)) return -1;
    if (change_fails(file->name)) return -1;
    size_t taken = room(length, file->name);
    if (!taken && length) return -1;
    before_write(fd, file, at, taken);
    return (ssize_t)taken;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    struct opened *file = tracked(fd);
    if (!file) return syscall(SYS_write, fd, bytes, length);
    ssize_t admits = admitted(fd, file, length, position(fd));
    return admits < 0 ? -1 : written(syscall(SYS_write, fd, bytes, admits));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    struct opened *file = tracked(fd);
    if (!file) return syscall(SYS_pwrite64, fd, bytes, length, at);
    ssize_t admits = admitted(fd, file, length, at);
    return admits < 0 ? -1 : written(syscall(SYS_pwrite64, fd, bytes, admits, at));
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return pwrite(fd, bytes, length, at); }

/* One part after the other: a short write is allowed, and no vector is to be cut. */
static ssize_t in_parts(int fd, const struct iovec *parts, int count, off_t at) {
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        ssize_t one = at < 0 ? write(fd, parts[i].iov_base, parts[i].iov_len)
                             : pwrite(fd, parts[i].iov_base, parts[i].iov_len, at + all);
        if (one < 0) return all ? all : -1;
        all += one;
        if ((size_t)one < parts[i].iov_len) break;
    }
    return all;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return tracked(fd) ? in_parts(fd, parts, count, -1) : syscall(SYS_writev, fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return tracked(fd) ? in_parts(fd, parts, count, at) : syscall(SYS_pwritev, fd, parts, count, at, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return pwritev(fd, parts, count, at); }

int ftruncate(int fd, off_t length) {
    struct opened *file = tracked(fd);
    if (!file) return (int)syscall(SYS_ftruncate, fd, length);
    if (change_fails(file->name)) return -1;
    pthread_mutex_lock(&lock);
    struct stat now;
    if (!fstat(fd, &now) && length < now.st_size)
        note("truncate %llu %lld", (unsigned long long)file->inode, (long long)length);
    int result = (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int fallocate(int fd, int mode, off_t from, off_t length) {
    struct opened *file = tracked(fd);
    if (file) {
        if (fails(&control->write_error, file->name, &control->writes_failed, TOLD_WRITE)) return -1;
        if (change_fails(file->name)) return -1;
        /* It takes no room, as the bytes will; but where there is none, it fails. */
        if (!atomic_load(&control->space) && !room(1, file->name)) return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, from, length);
}
int fallocate64(int fd, int mode, off64_t from, off64_t length) { return fallocate(fd, mode, from, length); }
int posix_fallocate(int fd, off_t from, off_t length) { return fallocate(fd, 0, from, length) ? errno : 0; }
int posix_fallocate64(int fd, off64_t from, off64_t length) { return posix_fallocate(fd, from, length); }

/* Bytes that come by a mapping would be lost to the journal: better refused than overlooked. */
void *mmap(void *where, size_t length, int protection, int flags, int fd, off_t from) {
    struct opened *file = (protection & PROT_WRITE) && (flags & MAP_SHARED) ? tracked(fd) : NULL;
    if (file) {
        tell("cannot see what is written by a mapping of", file->name);
        errno = ENODEV;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, where, length, protection, flags, fd, from);
}
void *mmap64(void *where, size_t length, int protection, int flags, int fd, off64_t from) {
    return mmap(where, length, protection, flags, fd, from);
}

/* ---- reading ---- */

static bool read_fails(int fd) {
    struct opened *file = control && atomic_load(&control->read_error) ? tracked(fd) : NULL;
    return file && fails(&control->read_error, file->name, &control->reads_failed, TOLD_READ);
}

ssize_t read(int fd, void *bytes, size_t length) {
    return read_fails(fd) ? -1 : syscall(SYS_read, fd, bytes, length);
}
ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    return read_fails(fd) ? -1 : syscall(SYS_pread64, fd, bytes, length, at);
}
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) { return pread(fd, bytes, length, at); }

/* RocksDB reads its logs through a FILE. */
static size_t file_read(const char *real, void *bytes, size_t size, size_t count, FILE *file) {
    if (read_fails(fileno(file))) {
        file->_flags |= 0x20; /* glibc's error bit, for ferror */
        return 0;
    }
    size_t (*next)(void *, size_t, size_t, FILE *) = dlsym(RTLD_NEXT, real);
    return next(bytes, size, count, file);
}
size_t fread(void *bytes, size_t size, size_t count, FILE *file) { return file_read("fread", bytes, size, count, file); }
#undef fread_unlocked
size_t fread_unlocked(void *bytes, size_t size, size_t count, FILE *file) {
    return file_read("fread_unlocked", bytes, size, count, file);
}

/* Room is what the test left, so that a program that looks before it writes sees the same. */
static void lessen(struct statvfs *found) {
    int64_t space = atomic_load(&control->space);
    if (space < 0 || !found->f_frsize) return;
    fsblkcnt_t blocks = (fsblkcnt_t)space / found->f_frsize;
    if (blocks < found->f_bavail) found->f_bavail = blocks;
    if (blocks < found->f_bfree) found->f_bfree = blocks;
}

int statvfs(const char *path, struct statvfs *found) {
    char full[PATH_BYTES];
    int (*next)(const char *, struct statvfs *) = dlsym(RTLD_NEXT, "statvfs");
    int result = next(path, found);
    if (!result && inside(AT_FDCWD, path, full)) lessen(found);
    return result;
}
int statvfs64(const char *path, struct statvfs64 *found) { return statvfs(path, (struct statvfs *)found); }

/* ---- syncs ---- */

static int sync_of(int fd, long call) {
    struct opened *file = tracked(fd);
    if (!file) return (int)syscall(call, fd);
    char name[NAME_BYTES];
    memcpy(name, file->name, NAME_BYTES);
    hold(name);
    /* Only what was there before the call is sure to be on the disk after it. */
    pthread_mutex_lock(&lock);
    int64_t begun = atomic_load(&control->sequence);
    pthread_mutex_unlock(&lock);
    struct stat now;
    if (fstat(fd, &now)) return -1;
    if (fails(&control->sync_error, name, &control->syncs_failed, TOLD_SYNC)) {
        int error = errno;
        pthread_mutex_lock(&lock);
        if (!file->directory) note("unsynced %llu %lld", (unsigned long long)now.st_ino, (long long)now.st_size);
        pthread_mutex_unlock(&lock);
        errno = error;
        return -1;
    }
    /* A real sync would cost the machine much and tell the test nothing: the journal is the disk. */
    char link[64], path[PATH_BYTES];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return -1;
    path[length] = 0;
    pthread_mutex_lock(&lock);
    if (file->directory) note("syncdir %lld %s", (long long)begun, path);
    else note("sync %llu %lld %lld", (unsigned long long)now.st_ino, (long long)now.st_size, (long long)begun);
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&control->syncs, 1);
    return 0;
}

int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

/* ---- the beginning ---- */

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("FAULTYDISK"), *watched = getenv("FAULTYDISK_ROOT");
    if (!folder || !watched) return;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/control", folder);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    snprintf(path, sizeof path, "%s/journal", folder);
    journal_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    snprintf(shadow, sizeof shadow, "%s/shadow", folder);
    snprintf(root, sizeof root, "%s", watched);
    root_length = strlen(root);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED || journal_fd < 0) {
        tell("cannot open its files in", folder);
        abort();
    }
    syscall(SYS_close, fd);
    control = mapped;
    atomic_fetch_add(&control->attached, 1);
    note("start %d", getpid());
}
