/*
 * An LD_PRELOAD library for the fault families: it counts the file operations of one process below one directory, makes
 * chosen ones fail, stop or kill the process, and records all of them. Plain system calls do the real work.
 *
 *   BATON_SHIM_DIR    absolute, without symbolic links: only operations on it and below it are counted and recorded
 *   BATON_SHIM_PLAN   what to do, several plans parted by `;`
 *   BATON_SHIM_TRACE  a file outside of that directory, to which every operation is appended as one line of JSON
 *
 * Kinds of operations, numbered from 1 in the order of this process, and once more within each kind:
 *   open (without O_CREAT), create (with O_CREAT), write, truncate, fdatasync, fsync (a file), fsync-dir (a directory),
 *   mkdir, rmdir, unlink, rename, link, statfs. Reads, stats and closes are not operations.
 *
 * Plans, each `ACTION:N...` for the Nth operation or `ACTION@KIND:N...` for the Nth of its kind:
 *   kill-before:N      SIGKILL instead of the operation
 *   kill-mid:N         a write is half done, then SIGKILL (any other operation: as kill-before)
 *   kill-after:N       SIGKILL as soon as it is done and recorded
 *   stop-before:N      SIGSTOP, and on with it after SIGCONT
 *   stop-after:N
 *   hold-before:N:GATE create GATE.ready, wait until GATE exists (at most 10 s), then do it
 *   errno:N:NAME       it fails with this error and does nothing
 *   errno-from:N:NAME  it and all that follow (of the kind) fail
 *   short:N[:GATE]     a write is half done; with GATE as for hold-before, after the half; the short count is returned
 *   slow:N:MS          it and all that follow (of the kind) take this much longer
 *   skip-sync:KIND:N|all   fdatasync, fsync or fsync-dir succeeds without being performed and without a record
 *   statfs:TYPE        statfs says NFS, FUSE or a number
 *   count:FILE         appends `N KIND PATH` to FILE before each operation
 *
 * Records of the trace (paths relative to BATON_SHIM_DIR, `.` is itself; `pid`, `n` = number of the operation and
 * `t` = CLOCK_MONOTONIC in ns are in each):
 *   {"op":"mkdir"|"rmdir"|"unlink","path"}
 *   {"op":"create","path","existed":bool,"trunc":bool}   an open with O_CREAT; trunc: what it held is gone
 *   {"op":"truncate","path","size"}
 *   {"op":"write","path","offset","length","data":base64}   what was really written, where it really is
 *   {"op":"rename"|"link","from","to"}   `..` for a place outside
 *   {"op":"sync-begin","kind":"fdatasync"|"fsync"|"fsync-dir","path","id","size"}   size: of the file as the sync began
 *   {"op":"sync-end","kind","path","id","size"[,"error"]}   the same id and size
 * Failed operations are not recorded, but for the end of a failed sync. A record is written after its operation
 * (sync-begin before it), so between processes go by offset and size, not by the order of the lines: a sync made durable
 * the first `size` bytes, whoever wrote them. Programs may append records of their own (the workers: {"op":"ack"}).
 */
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <vector>

using std::string;

enum Kind { OPEN, CREATE, WRITE, TRUNCATE, FDATASYNC, FSYNC, FSYNC_DIR, MKDIR, RMDIR, UNLINK, RENAME, LINK, STATFS, KINDS };
static const char *const KIND_NAMES[KINDS] = {"open",  "create", "write",  "truncate", "fdatasync", "fsync", "fsync-dir",
                                              "mkdir", "rmdir",  "unlink", "rename",   "link",      "statfs"};
static const int ANY = -1;

struct Errno {
  const char *name;
  int value;
};
static const Errno ERRNOS[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
                               {"EACCES", EACCES}, {"EPERM", EPERM},   {"EFBIG", EFBIG},   {"EINTR", EINTR},
                               {"EMFILE", EMFILE}, {"EAGAIN", EAGAIN}};

struct Plan {
  string action;
  int kind = ANY;
  long number = 0;
  string argument;
};

static string root;
static int traceFd = -1;
static int countFd = -1;
static std::vector<Plan> plans;
static std::atomic<long> total{0};
static std::atomic<long> ofKind[KINDS];

// ---- setting up

[[noreturn]] static void give_up(const string &why) {
  const string line = "shim: " + why + "\n";
  syscall(SYS_write, 2, line.data(), line.size());
  _exit(97);
}

static int kind_called(const string &name) {
  for (int kind = 0; kind < KINDS; kind++)
    if (name == KIND_NAMES[kind]) return kind;
  give_up("no such kind: " + name);
}

static int errno_called(const string &name) {
  for (const Errno &each : ERRNOS)
    if (name == each.name) return each.value;
  give_up("no such error: " + name);
}

static int open_append(const string &file) {
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) give_up("cannot open " + file);
  // Out of the way: a test that counts descriptors, or closes low ones, shall not meet it.
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, 200);
  if (high < 0) return fd;
  syscall(SYS_close, fd);
  return high;
}

static string cut(string &rest, char separator) {
  const size_t at = rest.find(separator);
  const string head = rest.substr(0, at);
  rest = at == string::npos ? "" : rest.substr(at + 1);
  return head;
}

static void add_plan(string text) {
  Plan plan;
  plan.action = cut(text, ':');
  string kind = plan.action;
  plan.action = cut(kind, '@');
  if (!kind.empty()) plan.kind = kind_called(kind);
  if (plan.action == "count") {
    countFd = open_append(text);
    return;
  }
  if (plan.action == "skip-sync") plan.kind = kind_called(cut(text, ':'));
  if (plan.action != "statfs") {
    const string number = cut(text, ':');
    plan.number = number == "all" ? 0 : atol(number.c_str());
    if (plan.number < 1 && number != "all") give_up("no number in " + plan.action);
  }
  plan.argument = text;
  if (plan.action == "errno" || plan.action == "errno-from") errno_called(text);
  plans.push_back(plan);
}

static bool set_up() {
  const char *dir = getenv("BATON_SHIM_DIR");
  if (dir == nullptr || *dir != '/') return false;
  root = dir;
  const char *trace = getenv("BATON_SHIM_TRACE");
  if (trace != nullptr && *trace != 0) traceFd = open_append(trace);
  const char *plan = getenv("BATON_SHIM_PLAN");
  for (string rest = plan == nullptr ? "" : plan; !rest.empty();) {
    const string each = cut(rest, ';');
    if (!each.empty()) add_plan(each);
  }
  return true;
}

// Last of the statics: as a constructor function it would run before theirs.
static const bool ready = set_up();

// ---- paths

/** The path below the directory, or nothing if it is elsewhere. */
static bool below(const string &given, string &relative) {
  string path;
  for (const char c : given)
    if (c != '/' || path.empty() || path.back() != '/') path += c;
  if (path.compare(0, root.size(), root) != 0) return false;
  if (path.size() == root.size()) {
    relative = ".";
    return true;
  }
  if (path[root.size()] != '/') return false;
  relative = path.substr(root.size() + 1);
  while (!relative.empty() && relative.back() == '/') relative.pop_back();
  return true;
}

static string path_of(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path);
  return size < 0 ? "" : string(path, (size_t)size);
}

static bool ours(int fd, string &relative) { return ready && fd != traceFd && fd != countFd && below(path_of(fd), relative); }

static bool ours(int dirfd, const char *path, string &relative) {
  if (!ready || path == nullptr) return false;
  if (path[0] == '/') return below(path, relative);
  string base = path_of(dirfd == AT_FDCWD ? -1 : dirfd);
  if (dirfd == AT_FDCWD) {
    char cwd[4096];
    if (getcwd(cwd, sizeof cwd) == nullptr) return false;
    base = cwd;
  }
  return below(base + "/" + path, relative);
}

// ---- records

static string quoted(const string &text) {
  string out = "\"";
  for (const unsigned char c : text) {
    char escaped[8];
    if (c == '"' || c == '\\') out += '\\', out += (char)c;
    else if (c < 0x20) snprintf(escaped, sizeof escaped, "\\u%04x", c), out += escaped;
    else out += (char)c;
  }
  return out + "\"";
}

static string base64(const char *bytes, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  string out;
  out.reserve(size / 3 * 4 + 4);
  for (size_t i = 0; i < size; i += 3) {
    const uint32_t group = (uint32_t)(uint8_t)bytes[i] << 16 | (i + 1 < size ? (uint32_t)(uint8_t)bytes[i + 1] << 8 : 0) |
                           (i + 2 < size ? (uint32_t)(uint8_t)bytes[i + 2] : 0);
    out += digits[group >> 18];
    out += digits[group >> 12 & 63];
    out += i + 1 < size ? digits[group >> 6 & 63] : '=';
    out += i + 2 < size ? digits[group & 63] : '=';
  }
  return out;
}

/** One line, by one write: other processes append to the same file. */
static void record(long n, const string &op, const string &fields) {
  if (traceFd < 0) return;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  char head[160];
  snprintf(head, sizeof head, "{\"op\":\"%s\",\"pid\":%d,\"n\":%ld,\"t\":%lld", op.c_str(), (int)getpid(), n,
           (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
  const string line = head + fields + "}\n";
  syscall(SYS_write, traceFd, line.data(), line.size());
}

static string field(const char *name, const string &text) { return string(",\"") + name + "\":" + quoted(text); }
static string field(const char *name, long long number) { return string(",\"") + name + "\":" + std::to_string(number); }

// ---- what a plan does

[[noreturn]] static void die() {
  for (;;) {
    syscall(SYS_kill, getpid(), SIGKILL);
    usleep(1000);
  }
}

static void pause_at(const string &gate) {
  const string here = gate + ".ready";
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, here.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) syscall(SYS_close, fd);
  for (int i = 0; i < 10000 && syscall(SYS_faccessat, AT_FDCWD, gate.c_str(), F_OK) != 0; i++) usleep(1000);
}

/** One operation on its way: what the plans want of it. */
struct Operation {
  Kind kind;
  long n, nth;
  bool killMid = false, killAfter = false, stopAfter = false, isShort = false, skip = false;
  int error = 0;
  string gate;

  Operation(Kind kind_, const string &path) : kind(kind_), n(++total), nth(++ofKind[kind_]) {
    if (countFd >= 0) {
      const string line = std::to_string(n) + " " + KIND_NAMES[kind] + " " + path + "\n";
      syscall(SYS_write, countFd, line.data(), line.size());
    }
    for (const Plan &plan : plans) apply(plan);
  }

  void apply(const Plan &plan) {
    if (plan.kind != ANY && plan.kind != kind) return;
    const long number = plan.kind == ANY ? n : nth;
    const string &action = plan.action;
    const bool from = number >= plan.number;
    if (action == "errno-from" && from) error = errno_called(plan.argument);
    else if (action == "slow" && from) usleep((useconds_t)atol(plan.argument.c_str()) * 1000);
    else if (action == "skip-sync" && (plan.number == 0 || number == plan.number)) skip = true;
    if (number != plan.number) return;
    if (action == "kill-before") die();
    else if (action == "kill-mid") kind == WRITE ? (void)(killMid = true) : die();
    else if (action == "kill-after") killAfter = true;
    else if (action == "stop-before") syscall(SYS_kill, getpid(), SIGSTOP);
    else if (action == "stop-after") stopAfter = true;
    else if (action == "hold-before") pause_at(plan.argument);
    else if (action == "errno") error = errno_called(plan.argument);
    else if (action == "short" && kind == WRITE) isShort = true, gate = plan.argument;
  }

  bool refused() const {
    if (error != 0) errno = error;
    return error != 0;
  }

  /** After it was done and recorded; leaves errno alone. */
  void done() const {
    const int saved = errno;
    if (killAfter) die();
    if (stopAfter) syscall(SYS_kill, getpid(), SIGSTOP);
    errno = saved;
  }

  template <typename Result> Result done(Result result, const char *op, const string &fields) const {
    const int saved = errno;
    if (result >= 0 && op != nullptr) record(n, op, fields);
    errno = saved;
    done();
    return result;
  }
};

// ---- operations

static int do_open(int dirfd, const char *path, int flags, mode_t mode) {
  const auto really = [&] { return (int)syscall(SYS_openat, dirfd, path, flags, mode); };
  string relative;
  if (!ours(dirfd, path, relative)) return really();
  const bool creates = (flags & O_CREAT) != 0;
  const Operation operation(creates ? CREATE : OPEN, relative);
  if (operation.refused()) return -1;
  const bool existed = creates && syscall(SYS_faccessat, dirfd, path, F_OK) == 0;
  const bool truncates = existed && (flags & O_TRUNC) != 0;
  return operation.done(really(), creates ? "create" : nullptr,
                        field("path", relative) + ",\"existed\":" + (existed ? "true" : "false") + ",\"trunc\":" +
                            (truncates ? "true" : "false"));
}

static long raw_write(int fd, const char *bytes, size_t size, off_t offset) {
  return offset < 0 ? syscall(SYS_write, fd, bytes, size) : syscall(SYS_pwrite64, fd, bytes, size, offset);
}

/** `offset` below 0: where the descriptor stands, or the end. */
static ssize_t do_write(int fd, const char *bytes, size_t size, off_t offset) {
  string relative;
  if (!ours(fd, relative)) return raw_write(fd, bytes, size, offset);
  const Operation operation(WRITE, relative);
  if (operation.refused()) return -1;
  const bool half = operation.killMid || operation.isShort;
  const long written = raw_write(fd, bytes, half ? size / 2 : size, offset);
  const int saved = errno;
  if (written >= 0) {
    // Even of an append this is exact: the write left the descriptor behind its own last byte.
    const long long at = offset < 0 ? (long long)syscall(SYS_lseek, fd, 0, SEEK_CUR) - written : (long long)offset;
    record(operation.n, "write",
           field("path", relative) + field("offset", at) + field("length", written) +
               field("data", traceFd < 0 ? "" : base64(bytes, (size_t)written)));
  }
  if (operation.killMid) die();
  if (operation.isShort && !operation.gate.empty()) pause_at(operation.gate);
  errno = saved;
  operation.done();
  return written;
}

static ssize_t do_writev(int fd, const iovec *parts, int count, off_t offset) {
  string all;
  for (int i = 0; i < count; i++) all.append((const char *)parts[i].iov_base, parts[i].iov_len);
  return do_write(fd, all.data(), all.size(), offset);
}

static int do_sync(int fd, Kind kind) {
  const long call = kind == FDATASYNC ? SYS_fdatasync : SYS_fsync;
  string relative;
  if (!ours(fd, relative)) return (int)syscall(call, fd);
  struct stat stat = {};
  fstat(fd, &stat);
  if (kind == FSYNC && S_ISDIR(stat.st_mode)) kind = FSYNC_DIR;
  const Operation operation(kind, relative);
  if (operation.skip) {
    operation.done();
    return 0;
  }
  // Once more: a plan may have waited meanwhile, and what was written since is covered.
  fstat(fd, &stat);
  const string id = std::to_string(getpid()) + "." + std::to_string(operation.n);
  const string fields = field("kind", KIND_NAMES[kind]) + field("path", relative) + field("id", id) +
                        field("size", S_ISDIR(stat.st_mode) ? 0 : (long long)stat.st_size);
  record(operation.n, "sync-begin", fields);
  const int result = operation.refused() ? -1 : (int)syscall(call, fd);
  const int saved = errno;
  record(operation.n, "sync-end", result < 0 ? fields + field("error", strerrorname_np(saved)) : fields);
  errno = saved;
  operation.done();
  return result;
}

template <typename Really> static int do_path(Kind kind, int dirfd, const char *path, Really really) {
  string relative;
  if (!ours(dirfd, path, relative)) return really();
  const Operation operation(kind, relative);
  if (operation.refused()) return -1;
  return operation.done(really(), KIND_NAMES[kind], field("path", relative));
}

template <typename Really> static int do_pair(Kind kind, const char *from, const char *to, Really really) {
  string relativeFrom = "..", relativeTo = "..";
  const bool fromOurs = ours(AT_FDCWD, from, relativeFrom);
  const bool toOurs = ours(AT_FDCWD, to, relativeTo);
  if (!fromOurs && !toOurs) return really();
  const Operation operation(kind, toOurs ? relativeTo : relativeFrom);
  if (operation.refused()) return -1;
  return operation.done(really(), KIND_NAMES[kind], field("from", relativeFrom) + field("to", relativeTo));
}

static long fake_type(const string &name) {
  if (name == "NFS") return 0x6969;
  if (name == "FUSE") return 0x65735546;
  return strtol(name.c_str(), nullptr, 0);
}

static int do_statfs(const char *path, struct statfs *out) {
  const auto really = [&] { return (int)syscall(SYS_statfs, path, out); };
  string relative;
  if (!ours(AT_FDCWD, path, relative)) return really();
  const Operation operation(STATFS, relative);
  if (operation.refused()) return -1;
  const int result = really();
  for (const Plan &plan : plans)
    if (plan.action == "statfs") out->f_type = (__typeof__(out->f_type))fake_type(plan.argument);
  return operation.done(result, nullptr, "");
}

// ---- the names under which the C library has them

static mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? (mode_t)va_arg(rest, int) : 0;
}

#define WITH_MODE(flags)                                                                                               \
  va_list rest;                                                                                                        \
  va_start(rest, flags);                                                                                               \
  const mode_t mode = mode_of(flags, rest);                                                                            \
  va_end(rest)

extern "C" {
int open(const char *path, int flags, ...) {
  WITH_MODE(flags);
  return do_open(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  WITH_MODE(flags);
  return do_open(AT_FDCWD, path, flags, mode);
}
int openat(int dirfd, const char *path, int flags, ...) {
  WITH_MODE(flags);
  return do_open(dirfd, path, flags, mode);
}
int openat64(int dirfd, const char *path, int flags, ...) {
  WITH_MODE(flags);
  return do_open(dirfd, path, flags, mode);
}
ssize_t write(int fd, const void *bytes, size_t size) { return do_write(fd, (const char *)bytes, size, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return do_write(fd, (const char *)bytes, size, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  return do_write(fd, (const char *)bytes, size, offset);
}
ssize_t writev(int fd, const iovec *parts, int count) { return do_writev(fd, parts, count, -1); }
ssize_t pwritev(int fd, const iovec *parts, int count, off_t offset) { return do_writev(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const iovec *parts, int count, off64_t offset) { return do_writev(fd, parts, count, offset); }
int fdatasync(int fd) { return do_sync(fd, FDATASYNC); }
int fsync(int fd) { return do_sync(fd, FSYNC); }
int mkdir(const char *path, mode_t mode) __THROW {
  return do_path(MKDIR, AT_FDCWD, path, [&] { return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode); });
}
int rmdir(const char *path) __THROW {
  return do_path(RMDIR, AT_FDCWD, path, [&] { return (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR); });
}
int unlink(const char *path) __THROW {
  return do_path(UNLINK, AT_FDCWD, path, [&] { return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); });
}
/** What Node removes files with from 23 on; that of the C library would go past the two above. */
int remove(const char *path) __THROW {
  const int gone = unlink(path);
  return gone == -1 && errno == EISDIR ? rmdir(path) : gone;
}
int rename(const char *from, const char *to) __THROW {
  return do_pair(RENAME, from, to, [&] { return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); });
}
int link(const char *from, const char *to) __THROW {
  return do_pair(LINK, from, to, [&] { return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0); });
}
int ftruncate(int fd, off_t size) __THROW {
  string relative;
  if (!ours(fd, relative)) return (int)syscall(SYS_ftruncate, fd, size);
  const Operation operation(TRUNCATE, relative);
  if (operation.refused()) return -1;
  return operation.done((int)syscall(SYS_ftruncate, fd, size), "truncate", field("path", relative) + field("size", size));
}
int ftruncate64(int fd, off64_t size) __THROW { return ftruncate(fd, size); }
int statfs(const char *path, struct statfs *out) __THROW { return do_statfs(path, out); }
int statfs64(const char *path, struct statfs64 *out) __THROW { return do_statfs(path, (struct statfs *)out); }
}
