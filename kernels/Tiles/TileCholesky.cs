using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>
/// The building blocks of a Cholesky factorization on 4×4 tiles. A factored diagonal tile holds 1/l on its diagonal.
/// </summary>
internal static class TileCholesky
{
    /// <summary>
    /// Factors a diagonal tile without branching: the returned sum tells whether every pivot was positive.
    /// </summary>
    /// <returns>Σ 1/l, which is not finite if any pivot was not positive.</returns>
    public static float Factor(ref Tile4 t)
    {
        var i0 = Rsqrt(t.R0.X);
        var l10 = t.R1.X * i0;
        var l20 = t.R2.X * i0;
        var l30 = t.R3.X * i0;
        var i1 = Rsqrt(t.R1.Y - (l10 * l10));
        var l21 = (t.R2.Y - (l20 * l10)) * i1;
        var l31 = (t.R3.Y - (l30 * l10)) * i1;
        var i2 = Rsqrt(t.R2.Z - (l20 * l20) - (l21 * l21));
        var l32 = (t.R3.Z - (l30 * l20) - (l31 * l21)) * i2;
        var i3 = Rsqrt(t.R3.W - (l30 * l30) - (l31 * l31) - (l32 * l32));
        t.R0 = new Float4(i0, 0, 0, 0);
        t.R1 = new Float4(l10, i1, 0, 0);
        t.R2 = new Float4(l20, l21, i2, 0);
        t.R3 = new Float4(l30, l31, l32, i3);
        return i0 + i1 + i2 + i3;
    }

    /// <summary>Solves X·Lᵀ = A for a tile A below the factored diagonal tile L.</summary>
    public static Tile4 SolveBelow(Tile4 a, Tile4 l) => new()
    {
        R0 = Forward(a.R0, l),
        R1 = Forward(a.R1, l),
        R2 = Forward(a.R2, l),
        R3 = Forward(a.R3, l),
    };

    /// <summary>L⁻¹ b.</summary>
    public static Float4 Forward(Float4 b, Tile4 l)
    {
        var x0 = b.X * l.R0.X;
        var x1 = (b.Y - (x0 * l.R1.X)) * l.R1.Y;
        var x2 = (b.Z - (x0 * l.R2.X) - (x1 * l.R2.Y)) * l.R2.Z;
        var x3 = (b.W - (x0 * l.R3.X) - (x1 * l.R3.Y) - (x2 * l.R3.Z)) * l.R3.W;
        return new Float4(x0, x1, x2, x3);
    }

    /// <summary>L⁻ᵀ z.</summary>
    public static Float4 Backward(Float4 z, Tile4 l)
    {
        var x3 = z.W * l.R3.W;
        var x2 = (z.Z - (x3 * l.R3.Z)) * l.R2.Z;
        var x1 = (z.Y - (x3 * l.R3.Y) - (x2 * l.R2.Y)) * l.R1.Y;
        var x0 = (z.X - (x3 * l.R3.X) - (x2 * l.R2.X) - (x1 * l.R1.X)) * l.R0.X;
        return new Float4(x0, x1, x2, x3);
    }

    /// <summary>1/√x, a single instruction on devices; NaN or infinite if x ≤ 0.</summary>
    private static float Rsqrt(float x) => XMath.Rsqrt(x);
}
