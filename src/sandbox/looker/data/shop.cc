// SPDX-License-Identifier: Apache-2.0
// An ordinary model beside System Activity: what a shop sold.
#include <cmath>

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::int64_t kProducts = 60;
constexpr std::array<std::string_view, 5> kStates = {"Complete", "Shipped", "Processing", "Cancelled",
                                                     "Returned"};
constexpr std::array<std::string_view, 4> kCategories = {"Jeans", "Outerwear & Coats", "Socks", "Sweaters"};
constexpr std::array<std::string_view, 3> kBrands = {"Alder", "Birch", "Cedar"};

double price_of(const World& world, Row row) {
  return std::round(500 + Chance(world.seed, "order_items.price").share(row) * 20'000) / 100;
}

}  // namespace

View order_items_view(const SharedWorld& world, const Window& window) {
  const Chance chance(world->seed, "order_items");
  ViewMaker view("order_items", "Order Items");
  view.add("id", Type::Integer, number_of_row)
      .add("order_id", Type::Integer,
           [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row / 2) + 1); })
      .add("product_id", Type::Integer,
           [chance](Row row, Scratch&) {
             return integer_value(static_cast<std::int64_t>(chance.below(row, kProducts)) + 1);
           })
      .add("created", Type::Time, [world](Row row, Scratch&) { return time_value(world->orders.time(row)); })
      .add("shipped", Type::Time,
           [world, chance](Row row, Scratch&) {
             const auto hours = static_cast<std::int64_t>(chance.below(row + 1'000'000'007, 96)) - 10;
             return hours < 0 ? Value{} : time_value(world->orders.time(row) + hours * kHour);
           })
      .add("status", Type::Text,
           [chance](Row row, Scratch&) { return text_value(chance.pick(row + 2'000'000'011, kStates)); })
      .add("sale_price", Type::Number,
           [world](Row row, Scratch&) { return number_value(price_of(*world, row)); })
      .measure({.name = "count"})
      .measure({.name = "total_sale_price", .kind = MeasureKind::Sum, .column = "sale_price"})
      .measure({.name = "average_sale_price", .kind = MeasureKind::Average, .column = "sale_price"});
  return std::move(view).of(extent(world->orders, window), "created");
}

View products_view(const SharedWorld& /*world*/, const Window& /*window*/) {
  ViewMaker view("products", "Products");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text,
           [](Row row, Scratch& scratch) {
             return text_of(scratch, "{} {}", kBrands.at(row % kBrands.size()),
                            kCategories.at(row % kCategories.size()));
           })
      .add("category", Type::Text,
           [](Row row, Scratch&) { return text_value(kCategories.at(row % kCategories.size())); })
      .add("brand", Type::Text,
           [](Row row, Scratch&) { return text_value(kBrands.at(row % kBrands.size())); })
      .measure({.name = "count"});
  return std::move(view).of(kProducts);
}

}  // namespace weir::sandbox::looker
