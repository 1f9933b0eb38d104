// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/places.h"

#include <fmt/format.h>

namespace weir::sample {
namespace {

// clang-format off
constexpr Place kPlaces[] = {
    {"Denver", "Colorado", "US", "United States", "NA", 39.7392, -104.9903, "America/Denver", "80202", 64512, "Front Range Broadband", 60, 24},
    {"Boulder", "Colorado", "US", "United States", "NA", 40.0150, -105.2705, "America/Denver", "80302", 64513, "Flatirons University", 40, 31},
    {"San Francisco", "California", "US", "United States", "NA", 37.7749, -122.4194, "America/Los_Angeles", "94103", 64514, "Bay Fiber Inc", 70, 23},
    {"Los Angeles", "California", "US", "United States", "NA", 34.0522, -118.2437, "America/Los_Angeles", "90012", 64515, "Pacific Cable", 35, 66},
    {"Seattle", "Washington", "US", "United States", "NA", 47.6062, -122.3321, "America/Los_Angeles", "98101", 64516, "Sound Networks", 40, 67},
    {"Portland", "Oregon", "US", "United States", "NA", 45.5152, -122.6784, "America/Los_Angeles", "97204", 64517, "Rose City Internet", 18, 68},
    {"The Dalles", "Oregon", "US", "United States", "NA", 45.5946, -121.1787, "America/Los_Angeles", "97058", 64518, "Columbia Cloud Hosting", 55, 34},
    {"Ashburn", "Virginia", "US", "United States", "NA", 39.0438, -77.4874, "America/New_York", "20147", 64519, "Dulles Data Centers LLC", 120, 52},
    {"Council Bluffs", "Iowa", "US", "United States", "NA", 41.2619, -95.8608, "America/Chicago", "51501", 64520, "Prairie Compute", 45, 35},
    {"New York", "New York", "US", "United States", "NA", 40.7128, -74.0060, "America/New_York", "10001", 64521, "Empire Fiber", 65, 72},
    {"Boston", "Massachusetts", "US", "United States", "NA", 42.3601, -71.0589, "America/New_York", "02108", 64522, "Charles River Institute of Technology", 45, 73},
    {"Washington", "District of Columbia", "US", "United States", "NA", 38.9072, -77.0369, "America/New_York", "20001", 64523, "Capitol Networks", 50, 74},
    {"Chicago", "Illinois", "US", "United States", "NA", 41.8781, -87.6298, "America/Chicago", "60601", 64524, "Lakeshore Broadband", 30, 75},
    {"Austin", "Texas", "US", "United States", "NA", 30.2672, -97.7431, "America/Chicago", "78701", 64525, "Hill Country Cable", 30, 76},
    {"Houston", "Texas", "US", "United States", "NA", 29.7604, -95.3698, "America/Chicago", "77002", 64526, "Gulf Energy Services", 18, 96},
    {"Atlanta", "Georgia", "US", "United States", "NA", 33.7490, -84.3880, "America/New_York", "30303", 64527, "Peachtree Internet", 18, 97},
    {"Philadelphia", "Pennsylvania", "US", "United States", "NA", 39.9526, -75.1652, "America/New_York", "19102", 64528, "Schuylkill University", 15, 98},
    {"Phoenix", "Arizona", "US", "United States", "NA", 33.4484, -112.0740, "America/Phoenix", "85004", 64529, "Saguaro Networks", 10, 99},
    {"Minneapolis", "Minnesota", "US", "United States", "NA", 44.9778, -93.2650, "America/Chicago", "55401", 64530, "North Star Fiber", 12, 104},
    {"Vancouver", "British Columbia", "CA", "Canada", "NA", 49.2497, -123.1193, "America/Vancouver", "V5K", 64531, "Coast Mountain Cable", 18, 108},
    {"Victoria", "British Columbia", "CA", "Canada", "NA", 48.4284, -123.3656, "America/Vancouver", "V8W", 64532, "Island College", 8, 142},
    {"Toronto", "Ontario", "CA", "Canada", "NA", 43.6532, -79.3832, "America/Toronto", "M5H", 64533, "Great Lakes Telecom", 20, 70},
    {"Montréal", "Quebec", "CA", "Canada", "NA", 45.5019, -73.5674, "America/Toronto", "H2Y", 64534, "Réseau Saint-Laurent", 15, 184},
    {"Mexico City", "Mexico City", "MX", "Mexico", "NA", 19.4326, -99.1332, "America/Mexico_City", "06000", 64535, "Telecom del Valle", 8, 187},
    {"São Paulo", "São Paulo", "BR", "Brazil", "SA", -23.5505, -46.6333, "America/Sao_Paulo", "01310-100", 64536, "Paulista Fibra", 12, 177},
    {"Rio de Janeiro", "Rio de Janeiro", "BR", "Brazil", "SA", -22.9068, -43.1729, "America/Sao_Paulo", "20040-002", 64537, "Guanabara Net", 5, 179},
    {"Bogotá", "Bogota D.C.", "CO", "Colombia", "SA", 4.7110, -74.0721, "America/Bogota", "110111", 64538, "Andes Internet", 4, 181},
    {"Santiago", "Santiago Metropolitan", "CL", "Chile", "SA", -33.4489, -70.6693, "America/Santiago", "8320000", 64539, "Cordillera Telecom", 4, 190},
    {"Buenos Aires", "Buenos Aires F.D.", "AR", "Argentina", "SA", -34.6037, -58.3816, "America/Argentina/Buenos_Aires", "C1002", 64540, "Plata Cable", 5, 186},
    {"London", "England", "GB", "United Kingdom", "EU", 51.5074, -0.1278, "Europe/London", "EC1A", 64541, "Thames Broadband", 35, 81},
    {"Oxford", "England", "GB", "United Kingdom", "EU", 51.7520, -1.2577, "Europe/London", "OX1", 64542, "Isis University", 10, 86},
    {"Edinburgh", "Scotland", "GB", "United Kingdom", "EU", 55.9533, -3.1883, "Europe/London", "EH1", 64543, "Forth Networks", 6, 90},
    {"Dublin", "Leinster", "IE", "Ireland", "EU", 53.3498, -6.2603, "Europe/Dublin", "D02", 64544, "Liffey Cloud Hosting", 40, 54},
    {"Berlin", "Land Berlin", "DE", "Germany", "EU", 52.5200, 13.4050, "Europe/Berlin", "10115", 64545, "Spree Netz GmbH", 25, 77},
    {"Frankfurt am Main", "Hesse", "DE", "Germany", "EU", 50.1109, 8.6821, "Europe/Berlin", "60311", 64546, "Main Rechenzentrum GmbH", 40, 78},
    {"Munich", "Bavaria", "DE", "Germany", "EU", 48.1351, 11.5820, "Europe/Berlin", "80331", 64547, "Isar Universitaet", 12, 79},
    {"Falkenstein", "Saxony", "DE", "Germany", "EU", 50.4779, 12.3713, "Europe/Berlin", "08223", 64548, "Vogtland Hosting", 30, 88},
    {"Paris", "Île-de-France", "FR", "France", "EU", 48.8566, 2.3522, "Europe/Paris", "75001", 64549, "Seine Télécom", 20, 82},
    {"Roubaix", "Hauts-de-France", "FR", "France", "EU", 50.6916, 3.1814, "Europe/Paris", "59100", 64550, "Nord Hébergement", 25, 51},
    {"Amsterdam", "North Holland", "NL", "Netherlands", "EU", 52.3676, 4.9041, "Europe/Amsterdam", "1012", 64551, "Grachten Internet BV", 25, 80},
    {"Brussels", "Brussels Capital", "BE", "Belgium", "EU", 50.8503, 4.3517, "Europe/Brussels", "1000", 64552, "Brabant Telecom", 6, 109},
    {"Zurich", "Zurich", "CH", "Switzerland", "EU", 47.3769, 8.5417, "Europe/Zurich", "8001", 64553, "Limmat Institute", 8, 85},
    {"Vienna", "Vienna", "AT", "Austria", "EU", 48.2082, 16.3738, "Europe/Vienna", "1010", 64554, "Donau Kabel", 6, 84},
    {"Madrid", "Madrid", "ES", "Spain", "EU", 40.4168, -3.7038, "Europe/Madrid", "28001", 64555, "Meseta Fibra", 8, 83},
    {"Lisbon", "Lisbon", "PT", "Portugal", "EU", 38.7223, -9.1393, "Europe/Lisbon", "1100", 64556, "Tejo Net", 4, 89},
    {"Rome", "Lazio", "IT", "Italy", "EU", 41.9028, 12.4964, "Europe/Rome", "00184", 64557, "Tevere Telecom", 7, 93},
    {"Stockholm", "Stockholm", "SE", "Sweden", "EU", 59.3293, 18.0686, "Europe/Stockholm", "111 20", 64558, "Mälaren Bredband", 8, 94},
    {"Oslo", "Oslo", "NO", "Norway", "EU", 59.9139, 10.7522, "Europe/Oslo", "0150", 64559, "Fjord Fiber AS", 5, 95},
    {"Copenhagen", "Capital Region", "DK", "Denmark", "EU", 55.6761, 12.5683, "Europe/Copenhagen", "1050", 64560, "Øresund Net", 5, 87},
    {"Helsinki", "Uusimaa", "FI", "Finland", "EU", 60.1699, 24.9384, "Europe/Helsinki", "00100", 64561, "Lake Hosting Oy", 15, 91},
    {"Warsaw", "Mazovia", "PL", "Poland", "EU", 52.2297, 21.0122, "Europe/Warsaw", "00-001", 64562, "Wisla Internet", 8, 92},
    {"Prague", "Prague", "CZ", "Czechia", "EU", 50.0755, 14.4378, "Europe/Prague", "110 00", 64563, "Vltava Net", 5, 46},
    {"Kyiv", "Kyiv City", "UA", "Ukraine", "EU", 50.4501, 30.5234, "Europe/Kyiv", "01001", 64564, "Dnipro Telecom", 6, 37},
    {"Moscow", "Moscow", "RU", "Russia", "EU", 55.7558, 37.6173, "Europe/Moscow", "101000", 64565, "Yauza Search", 25, 5},
    {"Istanbul", "Istanbul", "TR", "Türkiye", "AS", 41.0082, 28.9784, "Europe/Istanbul", "34000", 64566, "Bosphorus Online", 5, 176},
    {"Lagos", "Lagos", "NG", "Nigeria", "AF", 6.5244, 3.3792, "Africa/Lagos", "100001", 64567, "Lagoon Wireless", 4, 105},
    {"Cape Town", "Western Cape", "ZA", "South Africa", "AF", -33.9249, 18.4241, "Africa/Johannesburg", "8001", 64568, "Table Bay Fibre", 4, 41},
    {"Bengaluru", "Karnataka", "IN", "India", "AS", 12.9716, 77.5946, "Asia/Kolkata", "560001", 64569, "Deccan Broadband", 20, 49},
    {"Mumbai", "Maharashtra", "IN", "India", "AS", 19.0760, 72.8777, "Asia/Kolkata", "400001", 64570, "Konkan Cloud", 14, 103},
    {"Singapore", "", "SG", "Singapore", "AS", 1.3521, 103.8198, "Asia/Singapore", "048616", 64571, "Straits Hosting Pte", 30, 47},
    {"Beijing", "Beijing", "CN", "China", "AS", 39.9042, 116.4074, "Asia/Shanghai", "100000", 64572, "Yongding Network", 18, 36},
    {"Shanghai", "Shanghai", "CN", "China", "AS", 31.2304, 121.4737, "Asia/Shanghai", "200000", 64573, "Huangpu Telecom", 12, 58},
    {"Tokyo", "Tokyo", "JP", "Japan", "AS", 35.6762, 139.6503, "Asia/Tokyo", "100-0001", 64574, "Sumida Internet", 15, 126},
    {"Seoul", "Seoul", "KR", "South Korea", "AS", 37.5665, 126.9780, "Asia/Seoul", "04524", 64575, "Hangang Broadband", 8, 121},
    {"Sydney", "New South Wales", "AU", "Australia", "OC", -33.8688, 151.2093, "Australia/Sydney", "2000", 64576, "Harbour Networks", 12, 101},
    {"Auckland", "Auckland", "NZ", "New Zealand", "OC", -36.8509, 174.7645, "Pacific/Auckland", "1010", 64577, "Kauri Fibre", 4, 125},
};
// clang-format on

unsigned second_octet(std::size_t place) { return static_cast<unsigned>(20 + place * 37 % 200); }

}  // namespace

std::span<const Place> places() { return kPlaces; }

std::string ipv4_network(std::size_t place) {
  return fmt::format("{}.{}.0.0/16", kPlaces[place].first_octet, second_octet(place));
}

std::string ipv6_network(std::size_t place) { return fmt::format("2a0e:{:x}::/32", 0x4100 + place * 16); }

std::string ipv4_address(std::size_t place, std::uint32_t host) {
  return fmt::format("{}.{}.{}.{}", kPlaces[place].first_octet, second_octet(place), (host >> 8) & 0xffU,
                     1 + (host & 0xffU) % 254);
}

std::string ipv6_address(std::size_t place, std::uint32_t host) {
  return fmt::format("2a0e:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}", 0x4100 + place * 16, 1 + (host >> 20),
                     0xa00 + place, 0x1000 + (host & 0xfffU), 0x2100 + ((host >> 4) & 0xffffU) % 0x7fff,
                     0x3001 + (host % 0x4fff), 0x1001 + (host >> 8) % 0x6fff);
}

}  // namespace weir::sample
