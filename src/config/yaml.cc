// SPDX-License-Identifier: Apache-2.0
// Builds the tree from the events of the YAML parser, which knows the place of each of them.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/text.h"
#include "config/node.h"

namespace weir::config {
namespace {

constexpr std::size_t kLargestFile = 8U << 20;
constexpr std::size_t kDeepestNesting = 64;
/// Bytes that the tree may stand for. A few lines of aliases could otherwise grow to gigabytes.
constexpr std::size_t kLargestTree = 32U << 20;
constexpr std::size_t kNodeCost = 128;

/// Ends the parse at a problem that leaves no tree to go on with. Never leaves this file.
struct Stop {
  Position at;
  std::string message;
};

std::size_t cost(const Node& node) {
  auto total = kNodeCost + node.text().size();
  for (const auto& item : node.items()) total += cost(item);
  for (const auto& entry : node.entries()) total += kNodeCost + entry.key.size() + cost(entry.value);
  return total;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string file, Diagnostics& diagnostics)
      : file_(std::move(file)),
        diagnostics_(diagnostics),
        root_(Node::null({file_, 1, 1})),
        last_(root_.at()) {}

  Node take_root() { return std::move(root_); }
  Position place(const YAML::Mark& mark) const {
    return mark.is_null() ? Position{file_, 0, 0} : Position{file_, mark.line + 1, mark.column + 1};
  }
  /// Where the last value or key begins that was read.
  const Position& last_place() const { return last_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      throw Stop{place(mark),
                 "a file holds one document, which ends before this; check the indentation, or remove '---'"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    take(Node::null(place(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{place(mark), "an alias cannot stand inside what it repeats"};
    spend(cost(found->second), place(mark));
    take(found->second, YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!is_text) refuse_tag(mark, tag);
    take(Node::scalar(place(mark), value, is_text ? Quoting::Quoted : Quoting::Plain), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    begin(NodeKind::Sequence, place(mark), anchor);
  }
  void OnSequenceEnd() override {
    auto open = end();
    take(Node::sequence(std::move(open.at), std::move(open.items)), open.anchor);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    begin(NodeKind::Mapping, place(mark), anchor);
  }
  void OnMapEnd() override {
    auto open = end();
    take(Node::mapping(std::move(open.at), std::move(open.entries)), open.anchor);
  }

 private:
  /// A sequence or mapping whose end has not been seen.
  struct Open {
    NodeKind kind = NodeKind::Sequence;
    Position at;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::vector<Node> items;
    std::vector<Node::Entry> entries;
    std::map<std::string, Position> key_places;
    std::optional<Node> key;
  };

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    throw Stop{place(mark),
               "text that starts with '!' needs quotes; without them it is a tag, which has no meaning here"};
  }

  void spend(std::size_t bytes, const Position& at) {
    spent_ += bytes;
    if (spent_ > kLargestTree) throw Stop{at, "the file is too large, counting what its aliases repeat"};
  }

  bool wants_key() const {
    return !open_.empty() && open_.back().kind == NodeKind::Mapping && !open_.back().key;
  }

  void begin(NodeKind kind, Position at, YAML::anchor_t anchor) {
    if (wants_key())
      throw Stop{at,
                 "a key must be one text; close every '{' and '[', and put quotes around text that starts "
                 "with one"};
    if (open_.size() >= kDeepestNesting)
      throw Stop{at, fmt::format("lists and mappings are nested more than {} deep", kDeepestNesting)};
    auto& open = open_.emplace_back();
    open.kind = kind;
    open.at = std::move(at);
    open.anchor = anchor;
  }

  Open end() {
    auto open = std::move(open_.back());
    open_.pop_back();
    return open;
  }

  void take(Node node, YAML::anchor_t anchor) {
    spend(kNodeCost + node.text().size(), node.at());
    last_ = node.at();
    if (anchor != YAML::NullAnchor) {
      spend(cost(node), node.at());
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().kind == NodeKind::Sequence) {
      open_.back().items.push_back(std::move(node));
    } else if (wants_key()) {
      if (!node.is_scalar()) throw Stop{node.at(), "a key must be one text; this one is empty or no text"};
      open_.back().key = std::move(node);
    } else {
      take_entry(std::move(node));
    }
  }

  void take_entry(Node value) {
    auto& open = open_.back();
    const auto key = *std::move(open.key);
    open.key.reset();
    const auto [earlier, is_new] = open.key_places.emplace(key.text(), key.at());
    if (!is_new) {
      diagnostics_.add({Severity::Error, key.at(),
                        fmt::format("key '{}' is given twice, first in line {} column {}", key.text(),
                                    earlier->second.line, earlier->second.column),
                        "", Excerpt::KeyOnly});
      return;
    }
    // The parser places a value that is not there at whatever comes next.
    if (value.is_null()) value = Node::null(key.at());
    open.entries.push_back({key.text(), key.at(), std::move(value)});
  }

  std::string file_;
  Diagnostics& diagnostics_;
  Node root_;
  Position last_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t spent_ = 0;
  int documents_ = 0;
};

bool is_indented_with_a_tab(std::string_view text, const YAML::Mark& mark) {
  const auto before = text.substr(0, static_cast<std::size_t>(std::max(mark.pos, 0)));
  const auto line = text.substr(before.rfind('\n') + 1);
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != line.npos;
}

/// The parser's terse messages in words that say what to do.
std::string explain(const YAML::Exception& problem, std::string_view text) {
  using namespace YAML::ErrorMsg;
  const auto& message = problem.msg;
  if (message == TAB_IN_INDENTATION || is_indented_with_a_tab(text, problem.mark))
    return "indent with spaces, not with tabs";
  if (message == END_OF_MAP) return "the mapping breaks off here; check the indentation and the quotes";
  if (message == END_OF_SEQ) return "the list breaks off here; check the indentation and the quotes";
  if (message == END_OF_MAP_FLOW) return "a '{' is not closed by '}'";
  if (message == END_OF_SEQ_FLOW) return "a '[' is not closed by ']'";
  if (message == EOF_IN_SCALAR) return "a quote that opens here or below is not closed";
  if (message == MAP_VALUE || message == MAP_KEY)
    return "no key can stand here; text that holds ': ' needs quotes";
  if (message == UNKNOWN_TOKEN) return "text that starts with this character needs quotes";
  if (message == CHAR_IN_ALIAS || message == ALIAS_NOT_FOUND || message == UNKNOWN_ANCHOR)
    return "text that starts with '*' needs quotes; without them it repeats what an anchor names";
  return "not valid YAML: " + message;
}

Position position_of(std::string_view text, std::size_t offset, const std::string& file) {
  const auto before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  return {file, static_cast<int>(lines) + 1,
          static_cast<int>(line_start == before.npos ? offset + 1 : offset - line_start)};
}

/// Reports bytes that the parser would change or silently take for the end of the file.
bool check_characters(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  if (text.size() > kLargestFile) {
    diagnostics.error({file, 0, 0}, fmt::format("the file has {}; {} are allowed", human_bytes(text.size()),
                                                human_bytes(kLargestFile)));
    return false;
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
  });
  if (control != text.end()) {
    const auto at = position_of(text, static_cast<std::size_t>(control - text.begin()), file);
    diagnostics.error(at, fmt::format("the control character 0x{:02x} cannot stand in YAML", *control));
    return false;
  }
  if (is_utf8(text)) return true;
  diagnostics.error({file, 0, 0}, "the file is not UTF-8; save it in that encoding");
  return false;
}

/// A syntax error may stand in a misplaced password, as in `password: @hunter2`. No spec has named the
/// secret options yet, so a line that looks like one of them is not shown.
Excerpt excerpt_of(std::string_view text, int line) {
  for (int number = 1; number < line && !text.empty(); ++number)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const auto words = lower(text.substr(0, text.find('\n')));
  for (const auto* word : {"pass", "pwd", "secret", "token", "credential", "_key"}) {
    if (words.find(word) != words.npos) return Excerpt::Hidden;
  }
  return Excerpt::Line;
}

/// The parser takes a quote as closed at the line break that ends the file. A comment there, with no
/// line break, makes it notice.
std::string with_end_mark(std::string_view text) {
  return std::string(text) + (text.empty() || text.ends_with('\n') ? "#" : "\n#");
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, const std::string& file_name,
                               Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  diagnostics.add_source(file_name, std::string(text));
  if (!check_characters(text, file_name, diagnostics)) return std::nullopt;
  TreeBuilder builder(file_name, diagnostics);
  const auto report = [&](const Position& at, std::string message) {
    diagnostics.add({Severity::Error, at, std::move(message), "", excerpt_of(text, at.line)});
  };
  try {
    std::istringstream stream(with_end_mark(text));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take_root();
  } catch (const Stop& stop) {
    report(stop.at, stop.message);
  } catch (const YAML::Exception& problem) {
    // An open quote is noticed at the end of the file, far from where it is.
    const bool is_open_quote = problem.msg == YAML::ErrorMsg::EOF_IN_SCALAR;
    report(is_open_quote ? builder.last_place() : builder.place(problem.mark), explain(problem, text));
  }
  return std::nullopt;
}

}  // namespace weir::config
