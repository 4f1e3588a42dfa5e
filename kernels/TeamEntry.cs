using ILGPU;
using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>What is known of a play before its row of y is gathered.</summary>
/// <param name="column">The row of y.</param>
/// <param name="scale">What its row of y is multiplied with.</param>
/// <param name="gram">Its weight on the left side.</param>
/// <param name="right">The weight of the scaled row on the right side.</param>
internal readonly struct TeamEntry(int column, float scale, float gram, float right)
{
    /// <summary>The smallest square of a scale: so small that it adds nothing to A, and large enough to divide by.</summary>
    private const float SmallestGram = 1e-24f;

    /// <summary>The row of y.</summary>
    public readonly int Column = column;

    /// <summary>What its row of y is multiplied with.</summary>
    public readonly float Scale = scale;

    /// <summary>Its weight on the left side.</summary>
    public readonly float Gram = gram;

    /// <summary>The weight of the scaled row on the right side.</summary>
    public readonly float Right = right;

    /// <summary>As shared memory has it.</summary>
    public Float4 Packed => new(Interop.IntAsFloat((uint)Column), Scale, Gram, Right);

    /// <summary>Reads what shared memory has.</summary>
    public static TeamEntry Of(Float4 packed) => new((int)Interop.FloatAsInt(packed.X), packed.Y, packed.Z, packed.W);

    /// <summary>Looks up a play for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ.</summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="play">The play.</param>
    /// <param name="sign">1 for the plays whose gram is positive, and for the right side; -1 for those whose gram is negative.</param>
    public static TeamEntry Of(in RowSolveArguments arguments, long play, float sign)
    {
        var value = arguments.Values[play];
        var gram = sign * arguments.Gram(value);
        var square = gram > SmallestGram ? gram : SmallestGram;
        var inverse = XMath.Rsqrt(square); // not √ and ÷, whose rare cases are calls that cost registers
        return new TeamEntry(arguments.Indices[play], square * inverse, gram, sign > 0 ? arguments.Rhs(value) * inverse : 0);
    }
}
