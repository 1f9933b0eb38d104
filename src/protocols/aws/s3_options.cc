// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_options.h"

namespace weir::aws {

const config::Spec<S3Options>& s3_spec() {
  static const auto spec = [] {
    config::Spec<S3Options> made("s3", "A bucket of Amazon S3, or of a store that speaks its language.");
    add_s3_fields(made);
    return made;
  }();
  return spec;
}

}  // namespace weir::aws
