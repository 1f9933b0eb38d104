// SPDX-License-Identifier: Apache-2.0
// The process around the program: streams, the terminal's size, signals.
#include <malloc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "app/program.h"

namespace weir::app {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<bool> stop_requested{false};
std::atomic<bool> stop_announced_elsewhere{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// The first signal asks for a clean end, the second one takes its usual effect.
void request_stop(int signal) {
  const int interrupted = errno;  // of a call that is looked at after this
  if (stop_requested.exchange(true)) {
    constexpr char kShowCursor[] = "\x1b[?25h";
    if (stop_announced_elsewhere && write(STDOUT_FILENO, kShowCursor, sizeof kShowCursor - 1) < 0) {
    }
    std::signal(signal, SIG_DFL);
    raise(signal);
    return;
  }
  constexpr char kNotice[] = "stopping: nothing half loaded will stay; Ctrl-C again stops at once\n";
  if (!stop_announced_elsewhere && write(STDERR_FILENO, kNotice, sizeof kNotice - 1) < 0) {
  }
  errno = interrupted;
}

void install_signals() {
  struct sigaction action = {};
  action.sa_handler = request_stop;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A reader that goes away (`weir runs | head`) is no crash: writing fails, and that ends it.
  std::signal(SIGPIPE, SIG_DFL);
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

int run_process(int argc, char** argv) {
  install_signals();
  // Buffers of this size and more go back to the system when they are free. By itself glibc would keep
  // them for the thread that had them, and there are a dozen threads. The second limit, which would be
  // 128 KiB now, keeps it from giving back what the next block needs again.
  constexpr int kGivenBack = 4 << 20;
  mallopt(M_MMAP_THRESHOLD, kGivenBack);
  mallopt(M_TRIM_THRESHOLD, 2 * kGivenBack);
  const io::SystemClock clock;
  const io::ProcessEnvironment environment;
  const auto stream = [](int file) {
    return isatty(file) != 0 ? World::Stream::Terminal : World::Stream::Pipe;
  };
  std::error_code error;
  World world{.arguments = std::vector<std::string>(argv + std::min(argc, 1), argv + argc),
              .out = [](std::string_view text) { write_all(STDOUT_FILENO, text); },
              .err = [](std::string_view text) { write_all(STDERR_FILENO, text); },
              .environment = environment,
              .clock = clock,
              .cancelled = stop_requested,
              .working_folder = std::filesystem::current_path(error).string(),
              .out_stream = stream(STDOUT_FILENO),
              .err_stream = stream(STDERR_FILENO),
              .width = terminal_width()};
  stop_announced_elsewhere = world.out_stream == World::Stream::Terminal;
  return run_program(world);
}

}  // namespace weir::app
