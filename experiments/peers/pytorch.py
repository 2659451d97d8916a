"""One training step of a dense mixture of experts in PyTorch: pytorch.py JOB [--compile].

pip install torch numpy safetensors
"""
import sys

from job import perform


def load(job):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(job.threads)
    model, moe = job.model, job.model["moe"]
    heads, active = model["heads"], moe["active"]
    dtype = torch.bfloat16 if model["dtype"] == "bf16" else torch.float32

    def turned(x, cosine, sine):
        """Columns (2i, 2i + 1) of [B, L, H, D] turn by their angle."""
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)

    def angles(length, columns):
        frequency = model["rope_base"] ** (-torch.arange(0, columns, 2, dtype=torch.float64) / columns)
        angle = torch.arange(length, dtype=torch.float64)[:, None, None] * frequency
        return angle.cos().to(dtype), angle.sin().to(dtype)

    def attention(p, name, x, dropout):
        batch, length, width = x.shape
        cosine, sine = angles(length, width // heads)
        q, k, v = F.linear(x, p[name + "qkv"].to(dtype)).view(batch, length, 3, heads, -1).unbind(2)
        q, k = turned(q, cosine, sine), turned(k, cosine, sine)
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        out = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
        return F.linear(out.transpose(1, 2).flatten(2), p[name + "w_o"].to(dtype))

    def experts(p, name, x, dropout, noise):
        """The output, and the balance loss of the layer."""
        tokens = x.flatten(0, 1)
        logits = F.linear(tokens.float(), p[name + "router.gate"])
        if noise:
            logits = logits + noise * torch.randn_like(logits)
        best, chosen = logits.topk(active)
        order = chosen.flatten().argsort(stable=True)
        counts = torch.zeros(moe["experts"], dtype=torch.int64).scatter_add_(0, chosen.flatten(), torch.ones_like(order))
        ends = counts.cumsum(0).int()
        rows = tokens.index_select(0, order // active)
        hidden = F.silu(F.grouped_mm(rows, p[name + "experts.linear1"].to(dtype).mT, offs=ends))
        rows = F.grouped_mm(F.dropout(hidden, dropout), p[name + "experts.linear2"].to(dtype).mT, offs=ends)
        rows = rows * best.softmax(-1).to(dtype).flatten()[order][:, None]
        out = torch.zeros_like(tokens).index_add(0, order // active, rows)
        share = counts / order.numel()
        balance = moe["balance_coefficient"] * moe["experts"] * (share * logits.softmax(-1).mean(0)).sum()
        return out.view_as(x), balance

    def losses(p, tokens, dropout, noise):
        """The cross entropy, and what is minimised."""
        width, balance = (model["width"],), 0.0
        x = F.embedding(tokens[:, :-1], p["embed"]).to(dtype)
        for layer in range(model["layers"]):
            block = "blocks.%d." % layer
            normed = F.rms_norm(x, width, p[block + "norm1"].to(dtype), model["norm_eps"])
            x = x + F.dropout(attention(p, block + "attention.", normed, dropout), dropout)
            normed = F.rms_norm(x, width, p[block + "norm2"].to(dtype), model["norm_eps"])
            out, part = experts(p, block + "feed_forward.", normed, dropout, noise)
            x, balance = x + F.dropout(out, dropout), balance + part
        logits = F.linear(F.rms_norm(x.float(), width, p["norm"], model["norm_eps"]), p["embed"])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        return loss, loss + model["balance_weight"] * balance

    class Peer:
        def __init__(self, job, dropout, noise):
            torch.manual_seed(1)
            weights, tokens = job.tensors()
            self.weights = {name: torch.nn.Parameter(torch.from_numpy(w)) for name, w in weights.items()}
            self.tokens = torch.from_numpy(tokens).long()
            rule = {"lr": job.rate, "betas": (job.beta1, job.beta2), "eps": job.eps}
            self.optimizer = torch.optim.Adam(self.weights.values(), fused=True, **rule)
            self.losses = torch.compile(losses) if "--compile" in sys.argv else losses
            self.noise = (dropout, noise)

        def step(self):
            loss, minimised = self.losses(self.weights, self.tokens, *self.noise)
            self.optimizer.zero_grad()
            minimised.backward()
            self.optimizer.step()
            return loss.item()

        def parameters(self):
            return {name: weight.detach().numpy() for name, weight in self.weights.items()}

    return Peer, "torch " + torch.__version__


perform(__doc__, load)
