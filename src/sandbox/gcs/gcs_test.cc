// SPDX-License-Identifier: Apache-2.0
// The rules of the storage that its clients seldom meet.
#include <gtest/gtest.h>

#include "protocols/google/json_value.h"
#include "sandbox/gcs/fields.h"
#include "sandbox/gcs/gcs_service.h"
#include "sandbox/gcs/multipart.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

/// A body that is there at once, or that breaks off behind its last byte.
class TextBody final : public RequestBody {
 public:
  enum class End { Complete, BrokenOff };
  explicit TextBody(std::string text, End end = End::Complete) : text_(std::move(text)), end_(end) {}
  bool read(const Receiver& receiver) override {
    receiver(text_);
    return end_ == End::Complete;
  }

 private:
  std::string text_;
  End end_;
};

struct GcsServiceTest : testing::Test {
  io::ManualClock clock{Timestamp{1'700'000'000'000'000}};
  std::unique_ptr<GcsService> service = std::make_unique<GcsService>(*Store::open("", clock), 1U << 20U);

  void SetUp() override { (void)service->store().create_bucket({{"name", "exports"}}); }

  Answer ask(const std::string& method, const std::string& target, const std::string& body = {},
             const Parameters& headers = {}, TextBody::End end = TextBody::End::Complete) {
    const std::size_t question = target.find('?');
    const Parameters query =
        question == std::string::npos ? Parameters() : parse_form(target.substr(question + 1));
    TextBody text(body, end);
    auto answer = service->answer({method, target.substr(0, question), query, headers, "http://here"}, text);
    return answer ? *answer : Answer{.status = -1};
  }
  /// "412 conditionNotMet", or the status alone.
  std::string outcome(const Answer& answer) const {
    const Json error = google::member_of(google::parse_json(answer.body), "error");
    const Json details = google::member_of(error, "errors");
    const std::string reason = details.is_array() ? " " + google::text_of(details[0], "reason") : "";
    return std::to_string(answer.status) + reason;
  }
  void put(const std::string& name, const std::string& bytes) {
    const std::string target = "/upload/storage/v1/b/exports/o?uploadType=media&name=" + name;
    EXPECT_EQ(outcome(ask("POST", target, bytes)), "200");
  }
  /// A new session's address, without the host.
  std::string begin(const std::string& name, const Parameters& headers = {}) {
    const Answer answer =
        ask("POST", "/upload/storage/v1/b/exports/o?uploadType=resumable&name=" + name, "", headers);
    EXPECT_EQ(answer.status, 200);
    return answer.headers.front().second.substr(std::string("http://here").size());
  }
  std::string kept(const std::string& session) {
    const Answer answer = ask("PUT", session, "", {{"content-range", "bytes */*"}});
    return answer.headers.empty() ? std::to_string(answer.status) : answer.headers.front().second;
  }
};

TEST_F(GcsServiceTest, leaves_other_paths_to_other_services) {
  for (const char* path :
       {"/", "/token", "/storage/v2/b", "/storage/v1/projects", "/upload/storage/v1/b/exports"}) {
    EXPECT_EQ(ask("GET", path).status, -1) << path;
  }
}

TEST_F(GcsServiceTest, keeps_whole_grains_of_an_upload_that_breaks_off) {
  const std::string session = begin("k");
  (void)ask("PUT", session, std::string(700'000, 'x'), {{"content-range", "bytes 0-999999/*"}},
            TextBody::End::BrokenOff);
  EXPECT_EQ(kept(session), "bytes=0-524287");
}

TEST_F(GcsServiceTest, keeps_nothing_of_less_than_a_grain) {
  const std::string session = begin("k");
  (void)ask("PUT", session, std::string(1000, 'x'), {{"content-range", "bytes 0-999/*"}});
  EXPECT_EQ(kept(session), "308");
}

TEST_F(GcsServiceTest, takes_bytes_that_are_sent_once_more_once) {
  const std::string session = begin("k");
  const std::string grain(1U << 18U, 'a');
  (void)ask("PUT", session, grain, {{"content-range", "bytes 0-262143/*"}});
  const Answer done = ask("PUT", session, grain + "bc", {{"content-range", "bytes 0-262145/262146"}});
  EXPECT_EQ(google::text_of(google::parse_json(done.body), "size"), "262146");
  EXPECT_EQ(ask("PUT", session, "", {{"content-range", "bytes */*"}}).body, done.body);
}

TEST_F(GcsServiceTest, refuses_parts_that_do_not_fit) {
  const std::string session = begin("k");
  const auto part = [&](const std::string& range, const std::string& bytes) {
    return outcome(ask("PUT", session, bytes, {{"content-range", range}}));
  };
  EXPECT_EQ(part("bytes 5-9/10", "56789"), "400 invalid");
  EXPECT_EQ(part("bytes 0-9/10", "0123"), "400 invalid");
  EXPECT_EQ(part("bytes 0-9/5", "0123456789"), "400 invalid");
  EXPECT_EQ(part("bytes 9-0/*", ""), "400 invalid");
  EXPECT_EQ(part("0-9/10", "0123456789"), "400 invalid");
  EXPECT_EQ(outcome(ask("PUT", session + "x", "")), "404 notFound");
  EXPECT_EQ(part("bytes 0-9/10", "0123456789"), "200");
}

TEST_F(GcsServiceTest, holds_an_upload_to_the_length_that_it_announced) {
  const std::string session = begin("k", {{"x-upload-content-length", "11"}});
  EXPECT_EQ(outcome(ask("PUT", session, "0123456789", {{"content-range", "bytes 0-9/10"}})), "400 invalid");
}

TEST_F(GcsServiceTest, judges_the_condition_of_an_upload_at_its_end_too) {
  const Answer begun =
      ask("POST", "/upload/storage/v1/b/exports/o?uploadType=resumable&name=k&ifGenerationMatch=0");
  put("k", "faster");
  const std::string session = begun.headers.front().second.substr(std::string("http://here").size());
  EXPECT_EQ(outcome(ask("PUT", session, "late")), "412 conditionNotMet");
}

TEST_F(GcsServiceTest, gives_every_write_a_later_generation) {
  put("k", "one");
  const Json first = google::parse_json(ask("GET", "/storage/v1/b/exports/o/k").body);
  put("k", "two");
  const Json second = google::parse_json(ask("GET", "/storage/v1/b/exports/o/k").body);
  EXPECT_LT(google::number_of(first, "generation"), google::number_of(second, "generation"));
  EXPECT_EQ(
      outcome(ask("GET", "/storage/v1/b/exports/o/k?generation=" + google::text_of(first, "generation"))),
      "404 notFound");
  const std::string same = "?ifGenerationNotMatch=" + google::text_of(second, "generation");
  EXPECT_EQ(outcome(ask("GET", "/storage/v1/b/exports/o/k" + same)), "304");
  EXPECT_EQ(outcome(ask("DELETE", "/storage/v1/b/exports/o/k" + same)), "412 conditionNotMet");
  EXPECT_EQ(outcome(ask("GET", "/storage/v1/b/exports/o/k?ifGenerationMatch=many")), "400 invalidParameter");
}

TEST_F(GcsServiceTest, refuses_names_that_no_object_can_have) {
  const auto named = [&](const std::string& name) {
    return outcome(ask("POST", "/upload/storage/v1/b/exports/o?uploadType=media&name=" + name, "x"));
  };
  EXPECT_EQ(named(""), "400 required");
  EXPECT_EQ(named("."), "400 invalid");
  EXPECT_EQ(named("a%0Ab"), "400 invalid");
  EXPECT_EQ(named(std::string(1024, 'a')), "200");
  EXPECT_EQ(named(std::string(1025, 'a')), "400 invalid");
}

TEST_F(GcsServiceTest, ties_a_rewrite_token_to_its_copy) {
  put("from", std::string(3'000'000, 'x'));
  const std::string target = "/storage/v1/b/exports/o/from/rewriteTo/b/exports/o/to";
  const Json first = google::parse_json(ask("POST", target).body);
  EXPECT_EQ(google::member_of(first, "done"), false);
  EXPECT_EQ(google::text_of(first, "totalBytesRewritten"), "1048576");
  const std::string token = "?rewriteToken=" + google::text_of(first, "rewriteToken");
  EXPECT_EQ(outcome(ask("POST", target + "else" + token)), "400 invalid");
  EXPECT_EQ(outcome(ask("POST", target + "?rewriteToken=made-up")), "400 invalid");
  put("from", std::string(3'000'000, 'y'));
  EXPECT_EQ(outcome(ask("POST", target + token)), "400 invalid") << "the source has changed";
  EXPECT_EQ(outcome(ask("GET", "/storage/v1/b/exports/o/to")), "404 notFound");
}

TEST_F(GcsServiceTest, says_what_it_does_not_know_instead_of_guessing) {
  EXPECT_EQ(outcome(ask("GET", "/storage/v1/b/exports/o?matchGlob=*.csv")), "501 notImplemented");
  EXPECT_EQ(outcome(ask("GET", "/storage/v1/b/exports/o?maxResults=-1")), "400 invalidParameter");
  EXPECT_EQ(outcome(ask("PATCH", "/storage/v1/b/exports/o/k", "[1]")), "400 parseError");
  EXPECT_EQ(outcome(ask("POST", "/storage/v1/b?project=p", R"({"name": 5})")), "400 invalid");
  EXPECT_EQ(outcome(ask("PUT", "/storage/v1/b/exports/o/k", "x")), "405 methodNotAllowed");
}

TEST_F(GcsServiceTest, answers_ranges_as_http_wants_them) {
  put("k", "0123456789");
  const auto range = [&](const std::string& header) {
    const Answer answer = ask("GET", "/storage/v1/b/exports/o/k?alt=media", "", {{"range", header}});
    return std::to_string(answer.status) + " " +
           (answer.content ? answer.content(0, answer.content_size) : "");
  };
  EXPECT_EQ(range("bytes=2-4"), "206 234");
  EXPECT_EQ(range("bytes=7-"), "206 789");
  EXPECT_EQ(range("bytes=-2"), "206 89");
  EXPECT_EQ(range("bytes=-20"), "206 0123456789");
  EXPECT_EQ(range("bytes=10-12"), "416 ");
  EXPECT_EQ(range("bytes=-0"), "416 ");
  EXPECT_EQ(range("bytes=4-2"), "200 0123456789");
  EXPECT_EQ(range("lines=1-2"), "200 0123456789");
}

TEST(SelectFields, keeps_what_is_named) {
  const auto selected = [](const std::string& json, const std::string& fields) {
    return google::dump_json(select_fields(google::parse_json(json), fields));
  };
  const std::string page =
      R"({"kind": "k", "items": [{"name": "a", "size": "1", "m": {"x": 1}}], "next": "t"})";
  EXPECT_EQ(selected(page, "items(name,size),next"), R"({"items":[{"name":"a","size":"1"}],"next":"t"})");
  EXPECT_EQ(selected(page, "items/m/x"), R"({"items":[{"m":{"x":1}}]})");
  EXPECT_EQ(selected(page, "items(m(x), name)"), R"({"items":[{"m":{"x":1},"name":"a"}]})");
  EXPECT_EQ(selected(page, "next,absent"), R"({"next":"t"})");
  EXPECT_EQ(selected(page, "*"), google::dump_json(google::parse_json(page)));
  EXPECT_THROW(selected(page, "items(name"), Refusal);
  EXPECT_THROW(selected(page, "items)"), Refusal);
}

TEST(ParseMultipart, reads_two_parts_of_any_bytes) {
  const std::string body =
      "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"k\"}\r\n--b\r\ncontent-type: text/csv\r\n\r\n"
      "a\r\n--b is no boundary here\r\n\r\n--b--";
  EXPECT_THROW(parse_multipart("multipart/related; boundary=b", body), Refusal);
  const std::string other =
      "--c\r\n\r\n{\"name\":\"k\"}\r\n--c\r\nContent-Type: text/csv\r\n\r\n\r\n\r\n--c--\r\n";
  const MultipartUpload upload = parse_multipart("multipart/related; boundary=\"c\"; x=y", other);
  EXPECT_EQ(upload.bytes, "\r\n");
  EXPECT_EQ(upload.resource, Json({{"name", "k"}, {"contentType", "text/csv"}}));
}

TEST(ParseMultipart, refuses_what_is_none) {
  for (const char* body :
       {"", "--b", "--b\r\n\r\n{}", "--b\r\n\r\n{}\r\n--b--", "--b\r\n\r\n{}\r\n--b\r\nx\r\n--b--",
        "--b\r\n\r\nno json\r\n--b\r\n\r\nx\r\n--b--"}) {
    EXPECT_THROW(parse_multipart("multipart/related; boundary=b", body), Refusal) << body;
  }
  EXPECT_THROW(parse_multipart("text/plain", "--b"), Refusal);
  EXPECT_THROW(parse_multipart("multipart/related", "--b"), Refusal);
}

}  // namespace
}  // namespace weir::sandbox::gcs
