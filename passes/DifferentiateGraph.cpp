// Turns an annotated forward function into a training step: gradients, clipping, optimizer, state.
#include "dialect/Dialect.h"
#include "passes/Passes.h"
#include "passes/ReverseMode.h"
#include "passes/Signature.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"

namespace dsa {
#define GEN_PASS_DEF_DIFFERENTIATEGRAPH
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
/// What `dsa.train` asks for.
struct Recipe {
  bool gradientsOnly = false, decoupled = false;
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.0;
  std::optional<double> clip;
  int64_t accumulate = 1;
};

/// One parameter and its gradient, either of them an argument or a value of the same function.
struct Update {
  std::string name, group;
  Value parameter, gradient;
};

/// What clipping one group of parameters yields; both null without clipping.
struct Clipped {
  Value factor, norm;
};

/// A function whose signature grows: arguments are appended at once, results when `finish` is
/// called.
class GrowingFunction {
public:
  explicit GrowingFunction(func::FuncOp func);
  Value argument(Type type, DictionaryAttr attributes);
  Value argument(Type type, StringRef role, const Twine &name);
  /// The first argument of that role and group, null if there is none.
  Value findArgument(StringRef role, StringRef group = {});
  /// The count of the updates of `group`, null if the group without a name has none.
  Value stepOf(StringRef group);
  void result(Value value, const Twine &name);
  void result(Value value, const Twine &name, Value updated);
  void finish();

private:
  func::FuncOp func;
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attributes;
};
} // namespace

GrowingFunction::GrowingFunction(func::FuncOp func) : func(func) {
  llvm::append_range(results, func.getBody().front().getTerminator()->getOperands());
  for (unsigned i = 0; i < func.getNumResults(); ++i) {
    NamedAttrList kept(func.getResultAttrDict(i));
    kept.erase(kMinimizeAttr);
    kept.erase(kGroupAttr);
    attributes.push_back(kept.getDictionary(func.getContext()));
  }
}

Value GrowingFunction::argument(Type type, DictionaryAttr attributes) {
  return appendArgument(func, type, attributes);
}

Value GrowingFunction::argument(Type type, StringRef role, const Twine &name) {
  Builder builder(func.getContext());
  return argument(type, builder.getDictionaryAttr(
                            {builder.getNamedAttr(kRoleAttr, builder.getStringAttr(role)),
                             builder.getNamedAttr(kNameAttr, builder.getStringAttr(name))}));
}

static StringRef roleOf(func::FuncOp func, unsigned argument) {
  auto role = func.getArgAttrOfType<StringAttr>(argument, kRoleAttr);
  return role ? role.getValue() : StringRef();
}

static StringRef groupOf(func::FuncOp func, unsigned argument) {
  auto group = func.getArgAttrOfType<StringAttr>(argument, kGroupAttr);
  return group ? group.getValue() : StringRef();
}

Value GrowingFunction::findArgument(StringRef role, StringRef group) {
  for (BlockArgument argument : func.getArguments())
    if (roleOf(func, argument.getArgNumber()) == role &&
        groupOf(func, argument.getArgNumber()) == group)
      return argument;
  return {};
}

Value GrowingFunction::stepOf(StringRef group) {
  Value step = findArgument("step", group);
  if (step || group.empty())
    return step;
  Builder builder(func.getContext());
  NamedAttrList list;
  list.append(kRoleAttr, builder.getStringAttr("step"));
  list.append(kNameAttr, builder.getStringAttr("step." + group));
  list.append(kGroupAttr, builder.getStringAttr(group));
  return argument(RankedTensorType::get({}, builder.getI64Type()),
                  list.getDictionary(func.getContext()));
}

void GrowingFunction::result(Value value, const Twine &name) {
  result(value, name, Value());
}

void GrowingFunction::result(Value value, const Twine &name, Value updated) {
  Builder builder(func.getContext());
  NamedAttrList list;
  list.append(kNameAttr, builder.getStringAttr(name));
  if (updated)
    list.append(kUpdatesAttr,
                builder.getI64IntegerAttr(cast<BlockArgument>(updated).getArgNumber()));
  results.push_back(value);
  attributes.push_back(list.getDictionary(func.getContext()));
}

void GrowingFunction::finish() {
  func.setFunctionType(FunctionType::get(func.getContext(), func.getArgumentTypes(),
                                         TypeRange(ValueRange(results))));
  func.setAllResultAttrs(attributes);
  func.getBody().front().getTerminator()->setOperands(results);
}

static FailureOr<Recipe> readRecipe(func::FuncOp func, DictionaryAttr train) {
  Recipe recipe;
  for (NamedAttribute entry : train) {
    StringRef key = entry.getName();
    auto number = dyn_cast<FloatAttr>(entry.getValue());
    double *real = key == "beta1"          ? &recipe.beta1
                   : key == "beta2"        ? &recipe.beta2
                   : key == "eps"          ? &recipe.eps
                   : key == "weight_decay" ? &recipe.weightDecay
                   : key == "clip"         ? &recipe.clip.emplace()
                                           : nullptr;
    auto optimizer = dyn_cast<StringAttr>(entry.getValue());
    auto count = dyn_cast<IntegerAttr>(entry.getValue());
    if (real && number)
      *real = number.getValueAsDouble();
    else if (key == "accumulate" && count && count.getInt() >= 1)
      recipe.accumulate = count.getInt();
    else if (key == "optimizer" && optimizer && (optimizer == "adam" || optimizer == "adamw"))
      recipe.decoupled = optimizer == "adamw";
    else if (key == "gradients" && isa<UnitAttr>(entry.getValue()))
      recipe.gradientsOnly = true;
    else
      return func.emitOpError("expected dsa.train to hold optimizer (adam or adamw), beta1, beta2, "
                              "eps, weight_decay, "
                              "clip (f64), accumulate (>= 1) or gradients, got ")
             << key << " = " << entry.getValue();
  }
  if (recipe.gradientsOnly == train.contains("optimizer"))
    return func.emitOpError("expected dsa.train to hold either optimizer or gradients, got ")
           << train;
  return recipe;
}

static std::string nameOf(func::FuncOp func, Value argument) {
  unsigned number = cast<BlockArgument>(argument).getArgNumber();
  auto name = func.getArgAttrOfType<StringAttr>(number, kNameAttr);
  return name ? name.str() : ("arg" + Twine(number)).str();
}

/// The gradient of the weighted sum of the minimised results, for every parameter that they depend
/// on.
static FailureOr<SmallVector<Update>> differentiate(func::FuncOp func) {
  SmallVector<Value> parameters;
  for (BlockArgument argument : func.getArguments())
    if (roleOf(func, argument.getArgNumber()) == "parameter")
      parameters.push_back(argument);
  Block &block = func.getBody().front();
  ReverseMode reverse(block, parameters);
  OpBuilder builder(block.getTerminator());
  bool seeded = false;
  for (auto [number, loss] : llvm::enumerate(block.getTerminator()->getOperands())) {
    auto weight = func.getResultAttrOfType<FloatAttr>(number, kMinimizeAttr);
    auto type = dyn_cast<RankedTensorType>(loss.getType());
    if (!weight)
      continue;
    if (!type || type.getRank() != 0 || !reverse.isActive(loss))
      return func.emitOpError("expected minimised result #")
             << number << " to be a scalar that depends on a parameter, got " << loss.getType();
    auto value = DenseElementsAttr::get(
        type, FloatAttr::get(type.getElementType(), weight.getValueAsDouble()));
    reverse.contribute(loss, arith::ConstantOp::create(builder, loss.getLoc(), value));
    seeded = true;
  }
  if (!seeded)
    return func.emitOpError("expected a result with ") << kMinimizeAttr << ", got none";
  if (failed(reverse.run()))
    return failure();
  SmallVector<Update> updates;
  for (Value parameter : parameters)
    if (Value gradient = reverse.gradientOf(parameter))
      updates.push_back({nameOf(func, parameter),
                         groupOf(func, cast<BlockArgument>(parameter).getArgNumber()).str(),
                         parameter, gradient});
  llvm::SmallVector<Value> gradients =
      llvm::map_to_vector(updates, [](const Update &u) { return u.gradient; });
  reverse.eraseUnused(gradients);
  return updates;
}

/// Clips the gradients of each group together; groups in the order of their first parameter.
static llvm::MapVector<StringRef, Clipped>
clipGroups(OpBuilder &builder, Location location, const Recipe &recipe, ArrayRef<Update> updates) {
  struct Members {
    SmallVector<Value> gradients;
    SmallVector<StringRef> names;
  };
  llvm::MapVector<StringRef, Members> members;
  for (const Update &update : updates) {
    members[update.group].gradients.push_back(update.gradient);
    members[update.group].names.push_back(update.name);
  }
  llvm::MapVector<StringRef, Clipped> groups;
  for (auto &[group, those] : members) {
    Clipped &clipped = groups[group];
    if (!recipe.clip)
      continue;
    auto clip = ClipByGlobalNormOp::create(builder, location, those.gradients,
                                           builder.getF64FloatAttr(*recipe.clip),
                                           builder.getStrArrayAttr(those.names));
    clipped = {clip.getFactor(), clip.getNorm()};
  }
  return groups;
}

/// Clips each group of gradients and steps every parameter; the new values update the arguments in
/// place.
static LogicalResult appendOptimizer(func::FuncOp func, GrowingFunction &function,
                                     const Recipe &recipe, ArrayRef<Update> updates) {
  Value learningRate = function.findArgument("learning_rate");
  if (!learningRate || !function.findArgument("step"))
    return func.emitOpError("expected arguments with roles learning_rate and step, got none");
  OpBuilder builder(func.getBody().front().getTerminator());
  auto real = [&](double value) { return builder.getF64FloatAttr(value); };
  auto groups = clipGroups(builder, func.getLoc(), recipe, updates);
  for (const Update &update : updates) {
    Value first = function.argument(update.parameter.getType(), "state", "m." + update.name);
    Value second = function.argument(update.parameter.getType(), "state", "v." + update.name);
    auto adam = AdamStepOp::create(
        builder, update.parameter.getLoc(), update.parameter, update.gradient, first, second,
        learningRate, function.stepOf(update.group), groups[update.group].factor,
        real(recipe.beta1), real(recipe.beta2), real(recipe.eps), real(recipe.weightDecay),
        recipe.decoupled ? builder.getUnitAttr() : UnitAttr());
    function.result(adam.getNewParameter(), update.name, update.parameter);
    function.result(adam.getNewFirstMoment(), "m." + update.name, first);
    function.result(adam.getNewSecondMoment(), "v." + update.name, second);
  }
  for (auto &[group, clipped] : groups)
    if (clipped.norm)
      function.result(clipped.norm, group.empty() ? Twine("grad_norm") : "grad_norm." + group);
  return success();
}

/// Adds the mean of `recipe.accumulate` micro steps into arguments acc.<name>.
static void appendAccumulation(func::FuncOp func, GrowingFunction &function, const Recipe &recipe,
                               ArrayRef<Update> updates) {
  OpBuilder builder(func.getBody().front().getTerminator());
  for (const Update &update : updates) {
    Location location = update.gradient.getLoc();
    Value sum = function.argument(update.gradient.getType(), "state", "acc." + update.name);
    Value share = ScaleOp::create(builder, location, update.gradient,
                                  builder.getF64FloatAttr(1.0 / recipe.accumulate));
    function.result(AddOp::create(builder, location, sum, share), "acc." + update.name, sum);
  }
}

/// Writes @<name>_apply, which steps the parameters with what the micro steps have accumulated and
/// starts again at zero.
static LogicalResult writeApply(func::FuncOp micro, const Recipe &recipe,
                                ArrayRef<Update> updates) {
  OpBuilder builder(micro->getBlock(), std::next(micro->getIterator()));
  auto apply = func::FuncOp::create(builder, micro.getLoc(), (micro.getName() + "_apply").str(),
                                    builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(apply.addEntryBlock());
  auto end = func::ReturnOp::create(builder, micro.getLoc());
  GrowingFunction function(apply);
  SmallVector<Update> own;
  auto copyArgument = [&](Value original) {
    unsigned number = cast<BlockArgument>(original).getArgNumber();
    return function.argument(original.getType(), micro.getArgAttrDict(number));
  };
  for (const Update &update : updates)
    own.push_back({update.name, update.group, copyArgument(update.parameter), Value()});
  for (Update &update : own)
    update.gradient = function.argument(update.parameter.getType(), "state", "acc." + update.name);
  for (BlockArgument argument : micro.getArguments())
    if (roleOf(micro, argument.getArgNumber()) == "step" ||
        roleOf(micro, argument.getArgNumber()) == "learning_rate")
      copyArgument(argument);
  if (failed(appendOptimizer(apply, function, recipe, own)))
    return failure();
  builder.setInsertionPoint(end);
  for (const Update &update : own) {
    Value zero =
        ScaleOp::create(builder, micro.getLoc(), update.gradient, builder.getF64FloatAttr(0.0));
    function.result(zero, "acc." + update.name, update.gradient);
  }
  function.finish();
  return success();
}

namespace {
struct DifferentiateGraph : dsa::impl::DifferentiateGraphBase<DifferentiateGraph> {
  void runOnOperation() override {
    for (func::FuncOp func : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (auto train = func->getAttrOfType<DictionaryAttr>(kTrainAttr))
        if (failed(rewrite(func, train)))
          return signalPassFailure();
    getOperation().walk([](DetachOp detach) {
      detach.replaceAllUsesWith(detach.getInput());
      detach.erase();
    });
  }

  LogicalResult rewrite(func::FuncOp func, DictionaryAttr train) {
    if (!func.getBody().hasOneBlock())
      return func.emitOpError("expected one block, got ") << func.getBody().getBlocks().size();
    FailureOr<Recipe> recipe = readRecipe(func, train);
    if (failed(recipe))
      return failure();
    FailureOr<SmallVector<Update>> updates = differentiate(func);
    if (failed(updates))
      return failure();
    differentiated += updates->size();
    GrowingFunction function(func);
    if (recipe->gradientsOnly) {
      for (const Update &update : *updates)
        function.result(update.gradient, "grad." + update.name);
    } else if (recipe->accumulate > 1) {
      appendAccumulation(func, function, *recipe, *updates);
      if (failed(writeApply(func, *recipe, *updates)))
        return failure();
    } else if (failed(appendOptimizer(func, function, *recipe, *updates))) {
      return failure();
    }
    function.finish();
    func->removeAttr(kTrainAttr);
    return success();
  }
};
} // namespace
