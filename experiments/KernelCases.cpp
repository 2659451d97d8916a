// The graphs that the kernel benchmark times, written as text.
#include "experiments/KernelBenchmark.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

namespace {

/// One input of a case: its name says how it is filled.
struct Operand {
  std::string name, type;
};

/// A module whose function `main` applies `op` to `operands`. `op` holds the attributes too;
/// `results` are types.
KernelCase caseOf(llvm::StringRef kernel, llvm::StringRef shape, llvm::StringRef op,
                  llvm::ArrayRef<Operand> operands, llvm::ArrayRef<std::string> results,
                  llvm::StringRef attributes = "") {
  std::string arguments, names, types, values, resultTypes;
  for (const Operand &operand : operands) {
    llvm::StringRef comma = names.empty() ? "" : ", ";
    arguments += llvm::formatv("{0}%{1}: {2} {{dsa.role = \"input\", dsa.name = \"{1}\"}", comma,
                               operand.name, operand.type);
    names += llvm::formatv("{0}%{1}", comma, operand.name);
    types += llvm::formatv("{0}{1}", comma, operand.type);
  }
  for (auto [i, type] : llvm::enumerate(results)) {
    llvm::StringRef comma = i ? ", " : "";
    values += llvm::formatv("{0}%r{1}", comma, i);
    resultTypes += llvm::formatv("{0}{1}", comma, type);
  }
  std::string named;
  for (auto [i, type] : llvm::enumerate(results))
    named += llvm::formatv("{0}{1} {{dsa.name = \"r{2}\"}", i ? ", " : "", type, i);
  return {kernel.str(), shape.str(),
          llvm::formatv("func.func @main({0}) -> ({1}) {{\n  {2} = dsa.{3} {4} {5} : ({6}) -> "
                        "({7})\n  func.return {2} : {7}\n}\n",
                        arguments, named, values, op, names, attributes, types, resultTypes)
              .str()};
}

std::string f32(llvm::ArrayRef<int64_t> shape) {
  std::string type = "tensor<";
  for (int64_t size : shape)
    type += std::to_string(size) + "x";
  return type + "f32>";
}

std::string i32(llvm::ArrayRef<int64_t> shape) {
  std::string type = f32(shape);
  return type.replace(type.size() - 4, 1, "i");
}

/// Forward and both gradients of a product of M x K by N x K.
void addLinear(std::vector<KernelCase> &cases, int64_t m, int64_t k, int64_t n) {
  std::string shape = llvm::formatv("{0}x{1}x{2}", m, k, n);
  std::string x = f32({m, k}), w = f32({n, k}), y = f32({m, n});
  cases.push_back(caseOf("linear", shape, "linear", {{"x", x}, {"w", w}}, {y}));
  cases.push_back(
      caseOf("linear_grad_input", shape, "linear_grad_input", {{"dy", y}, {"w", w}}, {x}));
  cases.push_back(
      caseOf("linear_grad_weight", shape, "linear_grad_weight", {{"dy", y}, {"x", x}}, {w}));
}

/// The experts of a batch of `rows` dispatched rows.
void addGroupedLinear(std::vector<KernelCase> &cases, int64_t rows, int64_t k, int64_t n) {
  constexpr int64_t kExperts = 4;
  std::string shape = llvm::formatv("{0}x{1}x{2}, {3} experts", rows, k, n, kExperts);
  std::string x = f32({rows, k}), w = f32({kExperts, n, k}), y = f32({rows, n});
  Operand offsets{"offsets", i32({kExperts + 1})};
  cases.push_back(
      caseOf("grouped_linear", shape, "grouped_linear", {{"x", x}, {"w", w}, offsets}, {y}));
  cases.push_back(caseOf("grouped_linear_grad_input", shape, "grouped_linear_grad_input",
                         {{"dy", y}, {"w", w}, offsets}, {x}));
  cases.push_back(caseOf("grouped_linear_grad_weight", shape, "grouped_linear_grad_weight",
                         {{"dy", y}, {"x", x}, offsets}, {w}));
}

/// Dense and sparse attention, scores and selection of one layer at `length`, 1024 tokens in all.
void addAttention(std::vector<KernelCase> &cases, int64_t length) {
  constexpr int64_t kHeads = 8, kHeadWidth = 32, kIndexHeads = 4, kIndexWidth = 64;
  int64_t batch = 1024 / length, k = length / 2;
  std::string shape = llvm::formatv("B{0} L{1} H{2} D{3}", batch, length, kHeads, kHeadWidth);
  std::string sparse = llvm::formatv("{0} k{1}", shape, k);
  std::string q = f32({batch, length, kHeads, kHeadWidth}), lse = f32({batch, kHeads, length});
  Operand indices{"indices", i32({batch, length, k})};
  std::string attributes = "{causal, scale = 0.17677669529663687}";
  Operand query{"q", q}, keys{"k", q}, values{"v", q};
  cases.push_back(
      caseOf("attention", shape, "attention", {query, keys, values}, {q, lse}, attributes));
  cases.push_back(caseOf("sparse_attention", sparse, "sparse_attention",
                         {query, keys, values, indices}, {q, lse}, attributes));
  Operand grad{"do", q}, output{"o", q}, sums{"lse", lse};
  cases.push_back(caseOf("attention_grad", shape, "attention_grad",
                         {grad, query, keys, values, output, sums}, {q, q, q}, attributes));
  cases.push_back(caseOf("sparse_attention_grad", sparse, "sparse_attention_grad",
                         {grad, query, keys, values, indices, output, sums}, {q, q, q},
                         attributes));
  std::string scores = f32({batch, length, length});
  cases.push_back(
      caseOf("index_scores",
             llvm::formatv("B{0} L{1} H{2} D{3}", batch, length, kIndexHeads, kIndexWidth).str(),
             "index_scores",
             {{"q", f32({batch, length, kIndexHeads, kIndexWidth})},
              {"k", f32({batch, length, kIndexWidth})},
              {"w", f32({batch, length, kIndexHeads})}},
             {scores}));
  cases.push_back(caseOf("top_k", llvm::formatv("B{0} L{1} k{2}", batch, length, k).str(), "top_k",
                         {{"scores", scores}}, {indices.type},
                         llvm::formatv("{{causal, k = {0} : i64}", k).str()));
}

/// Dense causal attention, forward and backward: 4 and 10 width FLOPs a pair s <= t and head.
void addDenseAttention(std::vector<KernelCase> &cases, int64_t length, int64_t heads,
                       int64_t width) {
  std::string q = f32({1, length, heads, width}), lse = f32({1, heads, length});
  std::string text = llvm::formatv(
      R"(func.func @main(%q: {0} {{dsa.role = "input", dsa.name = "q"}, %k: {0} {{dsa.role = "input", dsa.name = "k"},
  %v: {0} {{dsa.role = "input", dsa.name = "v"}, %do: {0} {{dsa.role = "input", dsa.name = "do"})
  -> ({0} {{dsa.name = "o"}, {0} {{dsa.name = "dq"}, {0} {{dsa.name = "dk"}, {0} {{dsa.name = "dv"}) {{
  %o, %lse = dsa.attention %q, %k, %v {{causal, scale = 0.125 : f64} : ({0}, {0}, {0}) -> ({0}, {1})
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {{causal, scale = 0.125 : f64}
      : ({0}, {0}, {0}, {0}, {0}, {1}) -> ({0}, {0}, {0})
  func.return %o, %dq, %dk, %dv : {0}, {0}, {0}, {0}
})",
      q, lse);
  cases.push_back({"dense_attention_step", llvm::formatv("L{0} H{1} D{2}", length, heads, width),
                   text, 14 * width * heads * length * (length + 1) / 2});
}

/// Attention to `k` selected keys at most, forward and backward, of `heads` query heads over
/// `keyHeads` rows of `width` columns, of which the first `valueWidth` are values: a pair and head
/// takes 2 (width + valueWidth) and 2 (3 width + 2 valueWidth) FLOPs.
struct SelectedAttention {
  int64_t length, heads, keyHeads, width, valueWidth, k;
};

int64_t selectedPairs(const SelectedAttention &of) {
  return of.k * (of.k + 1) / 2 + of.k * (of.length - of.k);
}

std::string selectedShape(const SelectedAttention &of, Keys keys) {
  return llvm::formatv("L{0} H{1}/{2} D{3}/{4} k{5}{6}", of.length, of.heads, of.keyHeads, of.width,
                       of.valueWidth, of.k, keys == Keys::Neighbouring ? ", neighbouring" : "");
}

void addSelectedAttention(std::vector<KernelCase> &cases, const SelectedAttention &of, Keys keys) {
  std::string q = f32({1, of.length, of.heads, of.width}),
              k = f32({1, of.length, of.keyHeads, of.width}),
              v = f32({1, of.length, of.keyHeads, of.valueWidth}),
              o = f32({1, of.length, of.heads, of.valueWidth}), lse = f32({1, of.heads, of.length}),
              indices = i32({1, of.length, of.k});
  std::string attributes =
      llvm::formatv("{{causal, scale = {0:f6}}", 1 / std::sqrt(static_cast<double>(of.width)));
  std::string text = llvm::formatv(
      R"(func.func @main(%q: {0} {{dsa.role = "input", dsa.name = "q"}, %k: {1} {{dsa.role = "input", dsa.name = "k"},
  %v: {2} {{dsa.role = "input", dsa.name = "v"}, %do: {3} {{dsa.role = "input", dsa.name = "do"},
  %i: {5} {{dsa.role = "input", dsa.name = "indices"})
  -> ({3} {{dsa.name = "o"}, {0} {{dsa.name = "dq"}, {1} {{dsa.name = "dk"}, {2} {{dsa.name = "dv"}) {{
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {6} : ({0}, {1}, {2}, {5}) -> ({3}, {4})
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {6}
      : ({3}, {0}, {1}, {2}, {5}, {3}, {4}) -> ({0}, {1}, {2})
  func.return %o, %dq, %dk, %dv : {3}, {0}, {1}, {2}
})",
      q, k, v, o, lse, indices, attributes);
  cases.push_back({.kernel = "selected_attention_step",
                   .shape = selectedShape(of, keys),
                   .module = text,
                   .flops = (8 * of.width + 6 * of.valueWidth) * of.heads * selectedPairs(of),
                   .keys = keys});
}

/// The indexer's loss on `k` selected keys and the gradients of its scores. A pair takes 2 heads
/// width FLOPs for the attention, 8 index heads width for scores and gradients.
void addIndexLoss(std::vector<KernelCase> &cases, const SelectedAttention &of, int64_t indexHeads,
                  Keys keys) {
  std::string q = f32({1, of.length, indexHeads, of.width}), k = f32({1, of.length, of.width}),
              w = f32({1, of.length, indexHeads}), all = f32({1, of.length, of.length}),
              query = f32({1, of.length, of.heads, of.width}),
              key = f32({1, of.length, of.keyHeads, of.width}), lse = f32({1, of.heads, of.length}),
              indices = i32({1, of.length, of.k}), target = f32({1, of.length, of.k}),
              row = f32({1, of.length});
  std::string text = llvm::formatv(
      R"(func.func @main(%q: {0} {{dsa.role = "input", dsa.name = "index_q"}, %k: {1} {{dsa.role = "input", dsa.name = "index_k"},
  %w: {2} {{dsa.role = "input", dsa.name = "index_w"}, %query: {4} {{dsa.role = "input", dsa.name = "q"},
  %keys: {5} {{dsa.role = "input", dsa.name = "k"}, %lse: {6} {{dsa.role = "input", dsa.name = "lse"},
  %i: {7} {{dsa.role = "input", dsa.name = "indices"})
  -> (tensor<f32> {{dsa.name = "loss"}, {0} {{dsa.name = "dq"}, {1} {{dsa.name = "dk"}, {2} {{dsa.name = "dw"}) {{
  %one = arith.constant dense<1.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w : ({0}, {1}, {2}) -> {3}
  %loss, %each, %p = dsa.index_kl %s, %query, %keys, %lse indices(%i) {{causal, scale = 0.125}
      : ({3}, {4}, {5}, {6}, {7}) -> (tensor<f32>, {9}, {8})
  %ds = dsa.index_kl_grad %one, %s, %p indices(%i) {{causal} : (tensor<f32>, {3}, {8}, {7}) -> {3}
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : ({3}, {0}, {1}, {2}) -> ({0}, {1}, {2})
  func.return %loss, %dq, %dk, %dw : tensor<f32>, {0}, {1}, {2}
})",
      q, k, w, all, query, key, lse, indices, target, row);
  cases.push_back({.kernel = "selected_index_loss_step",
                   .shape = selectedShape(of, keys),
                   .module = text,
                   .flops = (2 * of.heads + 8 * indexHeads) * of.width * selectedPairs(of),
                   .keys = keys});
}

/// Route, dispatch, gated experts and combine of `tokens` rows, two of four experts each.
void addExperts(std::vector<KernelCase> &cases, int64_t tokens, int64_t width, int64_t hidden) {
  std::string text = llvm::formatv(
      R"(func.func @main(%x: {0} {{dsa.role = "input", dsa.name = "x"}, %z: {1} {{dsa.role = "input", dsa.name = "logits"},
  %a: {2} {{dsa.role = "input", dsa.name = "gate"}, %b: {2} {{dsa.role = "input", dsa.name = "up"},
  %c: {3} {{dsa.role = "input", dsa.name = "down"}) -> ({0} {{dsa.name = "y"}) {{
  %w, %e, %p = dsa.route %z {{k = 2 : i64} : ({1}) -> ({5}, {4}, {1})
  %rows, %offsets, %slots, %places = dsa.dispatch %x, %e {{num_experts = 4 : i64} : ({0}, {4}) -> ({6}, {7}, {8}, {4})
  %g = dsa.grouped_linear %rows, %a, %offsets : ({6}, {2}, {7}) -> {9}
  %u = dsa.grouped_linear %rows, %b, %offsets : ({6}, {2}, {7}) -> {9}
  %s = dsa.silu %g : ({9}) -> {9}
  %h = dsa.mul %s, %u : ({9}, {9}) -> {9}
  %o = dsa.grouped_linear %h, %c, %offsets : ({9}, {3}, {7}) -> {6}
  %y = dsa.combine %o, %w, %places : ({6}, {5}, {4}) -> {0}
  func.return %y : {0}
})",
      f32({tokens, width}), f32({tokens, 4}), f32({4, hidden, width}), f32({4, width, hidden}),
      i32({tokens, 2}), f32({tokens, 2}), f32({2 * tokens, width}), i32({5}), i32({2 * tokens}),
      f32({2 * tokens, hidden}));
  cases.push_back({"gated_experts", llvm::formatv("{0}x{1}x{2}, 2 of 4", tokens, width, hidden),
                   text, 6 * 2 * tokens * width * hidden});
}

/// Index scores and their causal selection in one kernel. Only rows t >= k need scores, and of
/// those the keys s <= t: 2 heads width FLOPs a pair.
void addIndexTopK(std::vector<KernelCase> &cases, int64_t length, int64_t heads, int64_t width,
                  int64_t k, llvm::StringRef name = "", Scores scores = Scores::Noise) {
  std::string q = f32({1, length, heads, width}), key = f32({1, length, width}),
              w = f32({1, length, heads}), all = f32({1, length, length}),
              chosen = i32({1, length, k});
  std::string text = llvm::formatv(
      R"(func.func @main(%q: {0} {{dsa.role = "input", dsa.name = "index_q"},
  %k: {1} {{dsa.role = "input", dsa.name = "index_k"},
  %w: {2} {{dsa.role = "input", dsa.name = "index_w"}) -> ({4} {{dsa.name = "indices"}) {{
  %s = dsa.index_scores %q, %k, %w : ({0}, {1}, {2}) -> {3}
  %i = dsa.top_k %s {{causal, k = {5} : i64} : ({3}) -> {4}
  func.return %i : {4}
})",
      q, key, w, all, chosen, k);
  int64_t pairs = (length * (length + 1) - k * (k + 1)) / 2;
  cases.push_back({("index_top_k" + name).str(),
                   llvm::formatv("L{0} H{1} D{2} k{3}", length, heads, width, k), text,
                   2 * heads * width * pairs, scores});
}

/// Logits of `m` tokens, their loss and its gradients with respect to tokens and classes: three
/// products. Without gradients loss and prediction: one.
void addLinearLoss(std::vector<KernelCase> &cases, int64_t m, int64_t k, int64_t classes) {
  std::string x = f32({m, k}), w = f32({classes, k}), y = f32({m, classes}), t = i32({m}),
              each = f32({m});
  std::string forward = llvm::formatv(
      R"(%x: {0} {{dsa.role = "input", dsa.name = "x"}, %w: {1} {{dsa.role = "input", dsa.name = "w"},
  %t: {3} {{dsa.role = "input", dsa.name = "targets"}) -> (tensor<f32> {{dsa.name = "loss"}, RESULTS) {{
  %y = dsa.linear %x, %w : ({0}, {1}) -> {2}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : ({2}, {3}) -> (tensor<f32>, {4}, {4})
)",
      x, w, y, t, each);
  std::string evaluate = llvm::formatv(R"(  %best = dsa.argmax %y : ({0}) -> {1}
  func.return %loss, %best : tensor<f32>, {1}
})",
                                       y, t);
  std::string train = llvm::formatv(R"(  %one = arith.constant dense<1.0> : tensor<f32>
  %dy = dsa.cross_entropy_grad %one, %y, %t, %lse : (tensor<f32>, {0}, {1}, {2}) -> {0}
  %dx = dsa.linear_grad_input %dy, %w : ({0}, {3}) -> {4}
  %dw = dsa.linear_grad_weight %dy, %x : ({0}, {4}) -> {3}
  func.return %loss, %dx, %dw : tensor<f32>, {4}, {3}
})",
                                    y, t, each, w, x);
  auto add = [&](llvm::StringRef name, llvm::StringRef rest, const std::string &results,
                 int64_t products) {
    std::string text = "func.func @main(" + forward + rest.str();
    text.replace(text.find("RESULTS"), llvm::StringRef("RESULTS").size(), results);
    cases.push_back({name.str(), llvm::formatv("{0}x{1}x{2}", m, k, classes), text,
                     products * 2 * m * k * classes});
  };
  add("linear_loss", evaluate, t + " {dsa.name = \"best\"}", 1);
  add("linear_loss_grad", train, x + " {dsa.name = \"dx\"}, " + w + " {dsa.name = \"dw\"}", 3);
}

} // namespace

std::vector<KernelCase> dsa::kernelCases() {
  std::vector<KernelCase> cases;
  addLinear(cases, 4096, 256, 768);
  addLinear(cases, 4096, 256, 512);
  addLinear(cases, 2048, 256, 4096);
  addLinearLoss(cases, 1024, 256, 4096);
  addLinearLoss(cases, 4096, 256, 49152);
  addGroupedLinear(cases, 2048, 256, 512);
  addGroupedLinear(cases, 2048, 512, 256);
  addAttention(cases, 64);
  addAttention(cases, 256);
  addDenseAttention(cases, 2048, 8, 64);
  addDenseAttention(cases, 8192, 8, 64);
  SelectedAttention heads{8192, 8, 8, 64, 64, 512}, latent{2048, 32, 1, 128, 64, 512};
  addSelectedAttention(cases, heads, Keys::Neighbouring);
  addSelectedAttention(cases, heads, Keys::Independent);
  addSelectedAttention(cases, latent, Keys::Independent);
  addIndexLoss(cases, heads, 4, Keys::Neighbouring);
  addIndexLoss(cases, heads, 4, Keys::Independent);
  addExperts(cases, 4096, 256, 512);
  addIndexTopK(cases, 8192, 4, 64, 512);
  addIndexTopK(cases, 8192, 4, 64, 512, ", equal", Scores::Equal);
  addIndexTopK(cases, 8192, 4, 64, 512, ", rising", Scores::Rising);
  addIndexTopK(cases, 8192, 4, 64, 512, ", plateau", Scores::Plateau);
  addIndexTopK(cases, 8192, 4, 64, 512, ", negative", Scores::Negative);
  addIndexTopK(cases, 32768, 1, 64, 512);
  addIndexTopK(cases, 4096, 64, 128, 2048);
  return cases;
}
