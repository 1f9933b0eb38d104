// SPDX-License-Identifier: Apache-2.0
// The format is described at https://maxmind.github.io/MaxMind-DB/.
#include "tests/support/mmdb_writer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <type_traits>
#include <unordered_map>

namespace weir::support {
namespace {

enum class DataType {
  Pointer = 1,
  Text,
  Double,
  Bytes,
  Uint16,
  Uint32,
  Map,
  Int32,
  Uint64,
  Uint128,
  Array,
  Boolean = 14,
  Float = 15
};

constexpr std::size_t kSeparator = 16;  // zero bytes between the tree and the data
constexpr std::size_t kWorthAPointer = 4;

/// Appends the lowest `count` bytes of a number, most significant first.
void append_big_endian(std::string& out, std::uint64_t value, int count) {
  for (int byte = count - 1; byte >= 0; --byte) out += static_cast<char>(value >> (8 * byte));
}

void append_control(std::string& out, DataType type, std::size_t size) {
  const int number = static_cast<int>(type);
  int short_size = static_cast<int>(size);
  std::string extra;
  if (size >= 65821) {
    short_size = 31;
    append_big_endian(extra, size - 65821, 3);
  } else if (size >= 285) {
    short_size = 30;
    append_big_endian(extra, size - 285, 2);
  } else if (size >= 29) {
    short_size = 29;
    append_big_endian(extra, size - 29, 1);
  }
  const int high = number <= 7 ? number : 0;
  out += static_cast<char>(high << 5 | short_size);
  if (high == 0) out += static_cast<char>(number - 7);
  out += extra;
}

void append_unsigned(std::string& out, DataType type, std::uint64_t value) {
  const int bytes = (static_cast<int>(std::bit_width(value)) + 7) / 8;
  append_control(out, type, static_cast<std::size_t>(bytes));
  append_big_endian(out, value, bytes);
}

void append_pointer(std::string& out, std::uint64_t target) {
  const auto head = [](int size, std::uint64_t value) {
    return static_cast<char>(1 << 5 | size << 3 | static_cast<int>(value));
  };
  if (target < 2048) {
    out += head(0, target >> 8);
    append_big_endian(out, target, 1);
  } else if (target < 2048 + 524288) {
    out += head(1, (target - 2048) >> 16);
    append_big_endian(out, target - 2048, 2);
  } else if (target < 526336 + 134217728) {
    out += head(2, (target - 526336) >> 24);
    append_big_endian(out, target - 526336, 3);
  } else {
    out += head(3, 0);
    append_big_endian(out, target, 4);
  }
}

}  // namespace

/// The data section. Every value that was written is known by its plain encoding, so that the
/// second use becomes a pointer.
class MmdbEncoder {
 public:
  enum class Sharing { Pointers, None };

  explicit MmdbEncoder(Sharing sharing) : sharing_(sharing) {}

  /// Where the value stands in the data section; writes it when it is new.
  std::size_t place(const MmdbValue& value) {
    const std::string key = plain(value);
    if (const auto known = offsets_.find(key); known != offsets_.end()) return known->second;
    const std::size_t offset = data_.size();
    offsets_.emplace(key, offset);
    write(value);
    return offset;
  }

  static std::string plain(const MmdbValue& value) {
    MmdbEncoder encoder(Sharing::None);
    encoder.write(value);
    return std::move(encoder.data_);
  }

  const std::string& data() const { return data_; }

 private:
  void nested(const MmdbValue& value) {
    if (sharing_ == Sharing::None) return write(value);
    std::string key = plain(value);
    if (key.size() < kWorthAPointer) return write(value);
    if (const auto known = offsets_.find(key); known != offsets_.end())
      return append_pointer(data_, known->second);
    offsets_.emplace(std::move(key), data_.size());
    write(value);
  }

  void write(const MmdbValue& value) {
    std::visit([this](const auto& content) { write_content(content); }, value.storage_);
  }
  void write_content(const std::string& text) {
    append_control(data_, DataType::Text, text.size());
    data_ += text;
  }
  void write_content(double number) {
    append_control(data_, DataType::Double, 8);
    append_big_endian(data_, std::bit_cast<std::uint64_t>(number), 8);
  }
  void write_content(MmdbValue::Float number) {
    append_control(data_, DataType::Float, 4);
    append_big_endian(data_, std::bit_cast<std::uint32_t>(number.value), 4);
  }
  void write_content(std::uint16_t number) { append_unsigned(data_, DataType::Uint16, number); }
  void write_content(std::uint32_t number) { append_unsigned(data_, DataType::Uint32, number); }
  void write_content(std::uint64_t number) { append_unsigned(data_, DataType::Uint64, number); }
  void write_content(bool flag) { append_control(data_, DataType::Boolean, flag ? 1 : 0); }
  void write_content(const MmdbValue::Map& map) {
    append_control(data_, DataType::Map, map.size());
    for (const auto& [key, value] : map) {
      nested(MmdbValue::text(key));
      nested(value);
    }
  }
  void write_content(const MmdbValue::Array& items) {
    append_control(data_, DataType::Array, items.size());
    for (const MmdbValue& item : items) nested(item);
  }

  Sharing sharing_;
  std::string data_;
  std::unordered_map<std::string, std::size_t> offsets_;
};

namespace {

/// The search tree. A record is a child node, a place in the data section, or nothing.
class Tree {
 public:
  void insert(const unsigned char* bits, int length, std::size_t offset) {
    std::size_t node = 0;
    for (int depth = 0; depth < length; ++depth) {
      const int side = bits[depth / 8] >> (7 - depth % 8) & 1;
      if (depth + 1 == length) {
        nodes_[node][static_cast<std::size_t>(side)] = data_record(offset);
        return;
      }
      node = child(node, static_cast<std::size_t>(side));
    }
    nodes_[0] = {data_record(offset), data_record(offset)};  // the network of everything
  }

  std::size_t size() const { return nodes_.size(); }

  Result<std::string> encode(int record_size, std::size_t data_size) const {
    const std::uint64_t largest = nodes_.size() + kSeparator + data_size;
    if (largest >> record_size != 0) {
      return fail(ErrorCode::DataMismatch, "{} nodes and {} bytes of data do not fit records of {} bits",
                  nodes_.size(), data_size, record_size);
    }
    std::string out;
    for (const auto& node : nodes_) append_node(out, number(node[0]), number(node[1]), record_size);
    return out;
  }

 private:
  using Record = std::int64_t;
  static constexpr Record kEmpty = -1;
  static Record data_record(std::size_t offset) { return -2 - static_cast<Record>(offset); }

  std::size_t child(std::size_t node, std::size_t side) {
    const Record record = nodes_[node][side];
    if (record >= 0) return static_cast<std::size_t>(record);
    nodes_.push_back({record, record});  // a network is split: both halves keep its value
    nodes_[node][side] = static_cast<Record>(nodes_.size() - 1);
    return nodes_.size() - 1;
  }

  std::uint64_t number(Record record) const {
    if (record >= 0) return static_cast<std::uint64_t>(record);
    if (record == kEmpty) return nodes_.size();
    return nodes_.size() + kSeparator + static_cast<std::uint64_t>(-2 - record);
  }

  static void append_node(std::string& out, std::uint64_t left, std::uint64_t right, int record_size) {
    if (record_size == 28) {
      append_big_endian(out, left, 3);
      out += static_cast<char>((left >> 24) << 4 | right >> 24);
      append_big_endian(out, right, 3);
      return;
    }
    append_big_endian(out, left, record_size / 8);
    append_big_endian(out, right, record_size / 8);
  }

  std::vector<std::array<Record, 2>> nodes_ = {{kEmpty, kEmpty}};
};

std::string metadata(const MmdbOptions& options, std::size_t nodes) {
  MmdbValue::Array languages;
  for (const std::string& language : options.languages) languages.push_back(MmdbValue::text(language));
  return "\xAB\xCD\xEFMaxMind.com" +
         MmdbEncoder::plain(MmdbValue::map({
             {"node_count", MmdbValue::uint32(static_cast<std::uint32_t>(nodes))},
             {"record_size", MmdbValue::uint16(static_cast<std::uint16_t>(options.record_size))},
             {"ip_version", MmdbValue::uint16(static_cast<std::uint16_t>(options.ip_version))},
             {"database_type", MmdbValue::text(options.database_type)},
             {"languages", MmdbValue::array(std::move(languages))},
             {"binary_format_major_version", MmdbValue::uint16(2)},
             {"binary_format_minor_version", MmdbValue::uint16(0)},
             {"build_epoch", MmdbValue::uint64(options.build_epoch)},
             {"description", MmdbValue::map({{"en", MmdbValue::text(options.description)}})},
         }));
}

}  // namespace

Result<void> MmdbWriter::add(std::string_view network, MmdbValue value) {
  const std::size_t slash = network.find('/');
  const std::string address(network.substr(0, slash));
  Network parsed{{}, 0, std::move(value)};
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), parsed.bits + 12) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address.c_str(), parsed.bits) != 1) {
    return fail(ErrorCode::DataMismatch, "'{}' is not a network such as 8.8.8.0/24", network);
  }
  if (!is_v4 && options_.ip_version == 4) {
    return fail(ErrorCode::DataMismatch, "'{}' is an IPv6 network, which a file of IP version 4 cannot hold",
                network);
  }
  const int width = is_v4 ? 32 : 128;
  int length = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = network.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length < 0 || length > width) {
      return fail(ErrorCode::DataMismatch, "'{}' has no prefix length from 0 to {}", network, width);
    }
  }
  if (is_v4 && options_.ip_version == 4) std::memmove(parsed.bits, parsed.bits + 12, 4);
  parsed.length = is_v4 && options_.ip_version == 6 ? length + 96 : length;
  networks_.push_back(std::move(parsed));
  return {};
}

Result<std::string> MmdbWriter::bytes() const {
  if (options_.record_size != 24 && options_.record_size != 28 && options_.record_size != 32) {
    return fail(ErrorCode::InvalidConfig, "a record size of {} bits does not exist: use 24, 28 or 32",
                options_.record_size);
  }
  std::vector<const Network*> ordered;
  for (const Network& network : networks_) ordered.push_back(&network);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Network* a, const Network* b) { return a->length < b->length; });
  MmdbEncoder data(MmdbEncoder::Sharing::Pointers);
  Tree tree;
  for (const Network* network : ordered)
    tree.insert(network->bits, network->length, data.place(network->value));
  std::string file = TRY(tree.encode(options_.record_size, data.data().size()));
  file.append(kSeparator, '\0');
  file += data.data();
  file += metadata(options_, tree.size());
  return file;
}

Result<void> MmdbWriter::write(const std::filesystem::path& path) const {
  const std::string content = TRY(bytes());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file)
    return fail(ErrorCode::Exhausted, "cannot write {}: check the folder and the free space", path.string());
  return {};
}

}  // namespace weir::support
