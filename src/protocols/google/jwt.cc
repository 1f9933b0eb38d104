// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/jwt.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLifetime = 3600;  // the longest that is allowed
constexpr std::int64_t kClockSkew = 10;   // a claim of the future is refused

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Result<Key> read_key(const ServiceAccount& account) {
  const std::string& pem = account.private_key.reveal();
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return fail(ErrorCode::InvalidConfig,
                "the private_key of {} is no RSA key in PEM form: download a new key file", account.email);
  }
  return key;
}

Result<std::string> sign(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t length = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes,
                     text.size()) != 1) {
    return fail(ErrorCode::Internal, "RSA with SHA-256 failed");
  }
  signature.resize(length);
  return signature;
}

}  // namespace

Result<Secret> signed_claim(const ServiceAccount& account, std::string_view scope, Timestamp now) {
  const Key key = TRY(read_key(account));
  nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (!account.key_id.empty()) header["kid"] = account.key_id;
  const std::int64_t issued = now.micros / kSecond - kClockSkew;
  const nlohmann::json claims = {{"iss", account.email},
                                 {"scope", scope},
                                 {"aud", account.token_uri},
                                 {"iat", issued},
                                 {"exp", issued + kLifetime}};
  const std::string text = base64_url(dump_json(header)) + "." + base64_url(dump_json(claims));
  return Secret(text + "." + base64_url(TRY(sign(key.get(), text))));
}

}  // namespace weir::google
