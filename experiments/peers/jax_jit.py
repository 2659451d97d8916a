"""One training step of a dense mixture of experts in JAX, compiled by jit: jax_jit.py JOB.

pip install jax numpy safetensors
"""
from job import perform

BLOCK = 128  # rows of one expert that are multiplied together: the groups of all experts are padded to it


def load(job):
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_default_prng_impl", "rbg")  # the faster of its generators
    model, moe = job.model, job.model["moe"]
    heads, active, count = model["heads"], moe["active"], moe["experts"]
    dtype = jnp.dtype("bfloat16" if model["dtype"] == "bf16" else "float32")

    def normed(x, gain):
        wide = x.astype(np.float32)
        wide *= jax.lax.rsqrt(jnp.mean(wide * wide, -1, keepdims=True) + model["norm_eps"])
        return (wide * gain).astype(x.dtype)

    def dropped(key, x, dropout):
        return jnp.where(jax.random.bernoulli(key, 1 - dropout, x.shape), x / (1 - dropout), 0) if dropout else x

    def turned(x):
        """Columns (2i, 2i + 1) of [B, L, H, D] turn with their position."""
        length, columns = x.shape[1], x.shape[3]
        angle = np.arange(length)[:, None, None] * model["rope_base"] ** (-np.arange(0, columns, 2) / columns)
        cosine, sine = np.cos(angle).astype(dtype), np.sin(angle).astype(dtype)
        even, odd = x[..., 0::2], x[..., 1::2]
        return jnp.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).reshape(x.shape)

    def attention(p, name, x, key, dropout):
        batch, length, width = x.shape
        q, k, v = jnp.moveaxis((x @ p[name + "qkv"].T.astype(dtype)).reshape(batch, length, 3, heads, -1), 2, 0)
        scores = jnp.einsum("bthd,bshd->bhts", turned(q), turned(k), preferred_element_type=np.float32)
        scores = scores / np.float32(np.sqrt(width // heads))
        scores = jnp.where(np.tri(length, dtype=bool), scores, -np.inf)
        weights = dropped(key, jax.nn.softmax(scores), dropout).astype(dtype)
        return jnp.einsum("bhts,bshd->bthd", weights, v).reshape(x.shape) @ p[name + "w_o"].T.astype(dtype)

    def experts(p, name, x, key, dropout, noise):
        """The output, and the balance loss of the layer."""
        tokens = x.reshape(-1, x.shape[-1])
        logits = tokens.astype(np.float32) @ p[name + "router.gate"].T
        keys = jax.random.split(key)
        if noise:
            logits = logits + noise * jax.random.normal(keys[0], logits.shape)
        best, chosen = jax.lax.top_k(logits, active)
        slots = chosen.reshape(-1)
        order = jnp.argsort(slots)
        counts = jnp.bincount(slots, length=count)
        # Every group begins at a multiple of BLOCK, so that a block of rows has one expert.
        padded = -(-counts // BLOCK) * BLOCK
        begins, room = jnp.cumsum(padded) - padded, -(-slots.size // BLOCK) * BLOCK + count * BLOCK
        places = begins[slots[order]] + jnp.arange(slots.size) - (jnp.cumsum(counts) - counts)[slots[order]]
        rows = jnp.zeros((room, tokens.shape[1]), dtype).at[places].set(tokens[order // active])
        owner = jnp.searchsorted(jnp.cumsum(padded), np.arange(0, room, BLOCK), side="right").clip(0, count - 1)

        def product(rows, weights):
            blocks = rows.reshape(-1, BLOCK, rows.shape[-1])
            return jnp.einsum("gmk,gnk->gmn", blocks, weights.astype(dtype)[owner]).reshape(room, -1)

        hidden = dropped(keys[1], jax.nn.silu(product(rows, p[name + "experts.linear1"])), dropout)
        rows = product(hidden, p[name + "experts.linear2"])[places] * jax.nn.softmax(best).astype(dtype).reshape(-1)[order][:, None]
        out = jnp.zeros_like(tokens).at[order // active].add(rows)
        balance = moe["balance_coefficient"] * count * jnp.sum(counts / slots.size * jax.nn.softmax(logits).mean(0))
        return out.reshape(x.shape), balance

    def losses(p, tokens, key, dropout, noise):
        """What is minimised, and the cross entropy."""
        x, balance = p["embed"][tokens[:, :-1]].astype(dtype), 0.0
        for layer in range(model["layers"]):
            block, keys = "blocks.%d." % layer, jax.random.split(jax.random.fold_in(key, layer), 4)
            out = attention(p, block + "attention.", normed(x, p[block + "norm1"]), keys[0], dropout)
            x = x + dropped(keys[1], out, dropout)
            out, part = experts(p, block + "feed_forward.", normed(x, p[block + "norm2"]), keys[2], dropout, noise)
            x, balance = x + dropped(keys[3], out, dropout), balance + part
        logits = normed(x.astype(np.float32), p["norm"]) @ p["embed"].T
        picked = jnp.take_along_axis(logits, tokens[:, 1:, None], -1)[..., 0]
        loss = jnp.mean(jax.nn.logsumexp(logits, -1) - picked)
        return loss + model["balance_weight"] * balance, loss

    def update(p, mean, square, number, tokens, dropout, noise):
        """One step of Adam."""
        key = jax.random.fold_in(jax.random.key(1), number)
        (_, loss), gradient = jax.value_and_grad(losses, has_aux=True)(p, tokens, key, dropout, noise)
        mean = jax.tree.map(lambda m, g: job.beta1 * m + (1 - job.beta1) * g, mean, gradient)
        square = jax.tree.map(lambda v, g: job.beta2 * v + (1 - job.beta2) * g * g, square, gradient)
        first, second = 1 - job.beta1**number, 1 - job.beta2**number
        moved = lambda w, m, v: w - job.rate * (m / first) / (jnp.sqrt(v / second) + job.eps)
        return jax.tree.map(moved, p, mean, square), mean, square, loss

    class Peer:
        def __init__(self, job, dropout, noise):
            weights, tokens = job.tensors()
            self.weights = {name: jnp.asarray(w) for name, w in weights.items()}
            self.mean = jax.tree.map(jnp.zeros_like, self.weights)
            self.square = jax.tree.map(jnp.zeros_like, self.weights)
            self.tokens, self.number = jnp.asarray(tokens), 0
            self.noise = (dropout, noise)
            self.update = jax.jit(update, donate_argnums=(0, 1, 2), static_argnums=(5, 6))

        def step(self):
            self.number += 1
            state = (self.weights, self.mean, self.square)
            *state, loss = self.update(*state, float(self.number), self.tokens, *self.noise)
            self.weights, self.mean, self.square = jax.block_until_ready(state)
            return float(loss)

        def parameters(self):
            return {name: np.asarray(weight) for name, weight in self.weights.items()}

    return Peer, "jax " + jax.__version__


perform(__doc__, load)
