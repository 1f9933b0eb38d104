// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

// These fail only when no memory is left.
std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), octets(digest), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string digest(32, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(), octets(digest),
       nullptr);
  return digest;
}

std::string random_name() {
  std::string bytes(16, '\0');
  RAND_bytes(octets(bytes), static_cast<int>(bytes.size()));
  return hex(bytes);
}

}  // namespace weir::aws
