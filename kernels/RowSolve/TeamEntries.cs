using ILGPU;
using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>
/// The eight plays of a stage, in shared memory, before their rows of y are gathered. A slot without a play has column
/// 0 and zero weights.
/// </summary>
/// <param name="memory">[8].</param>
internal readonly struct TeamEntries(ArrayView<Float4> memory)
{
    private readonly ArrayView<Float4> _memory = memory;

    /// <summary>One of the plays.</summary>
    public TeamEntry this[int slot] => TeamEntry.Of(_memory[slot]);

    /// <summary>
    /// Looks up plays for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ. Lane = one play, or several if there are fewer than
    /// eight lanes.
    /// </summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="row">The row.</param>
    /// <param name="offset">Index of the stage's first play within the row.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="sign">
    /// 1 for plays with positive gram and for the right side; -1 for plays with negative gram.
    /// </param>
    public void LookUp(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamThread thread, float sign)
    {
        if (thread.Lane >= TeamLayout.StageRows) return;
        var number = offset + thread.Lane;
        do // at most ranks there are more lanes than plays, so this runs once
        {
            var known = Float4.Zero;
            if (number < row.Length) known = TeamEntry.Of(arguments, row.First + number, sign).Packed;
            _memory[number - offset] = known;
            number += thread.Lanes;
        }
        while (number - offset < TeamLayout.StageRows);
    }

    /// <summary>Looks up plays for A x - b, where y is not scaled.</summary>
    public void LookUpPlain(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamThread thread)
    {
        for (var entry = thread.Lane; entry < TeamLayout.StageRows; entry += thread.Lanes)
        {
            var known = Float4.Zero;
            if (offset + entry < row.Length)
            {
                var play = row.First + offset + entry;
                var value = arguments.Values[play];
                var column = Interop.IntAsFloat((uint)arguments.Indices[play]);
                known = new Float4(column, 1, arguments.Gram(value), arguments.Rhs(value));
            }

            _memory[entry] = known;
        }
    }

    /// <summary>Replaces the right-side weights by gram·(y·x) - rhs, the coefficient of y in A x - b.</summary>
    public void WeighResidual(in TeamStage stage, in TeamThread thread)
    {
        for (var entry = thread.Lane; entry < TeamLayout.StageRows; entry += thread.Lanes)
        {
            var known = _memory[entry];
            _memory[entry] = new Float4(known.X, known.Y, known.Z, (known.Z * stage.DotSolution(entry)) - known.W);
        }
    }
}

/// <summary>A play before its row of y is gathered.</summary>
/// <param name="column">The row of y.</param>
/// <param name="scale">The factor by which its row of y is scaled.</param>
/// <param name="gram">Its weight on the left side.</param>
/// <param name="right">The weight of the scaled row on the right side.</param>
internal readonly struct TeamEntry(int column, float scale, float gram, float right)
{
    /// <summary>The smallest squared scale: too small to change A, but large enough to divide by.</summary>
    private const float SmallestGram = 1e-24f;

    /// <summary>The row of y.</summary>
    public readonly int Column = column;

    /// <summary>The factor by which its row of y is scaled.</summary>
    public readonly float Scale = scale;

    /// <summary>Its weight on the left side.</summary>
    public readonly float Gram = gram;

    /// <summary>The weight of the scaled row on the right side.</summary>
    public readonly float Right = right;

    /// <summary>The play as stored in shared memory.</summary>
    public Float4 Packed => new(Interop.IntAsFloat((uint)Column), Scale, Gram, Right);

    /// <summary>Unpacks a play from shared memory.</summary>
    public static TeamEntry Of(Float4 packed) => new((int)Interop.FloatAsInt(packed.X), packed.Y, packed.Z, packed.W);

    /// <summary>Looks up a play for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ.</summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="play">The play.</param>
    /// <param name="sign">
    /// 1 for plays with positive gram and for the right side; -1 for plays with negative gram.
    /// </param>
    public static TeamEntry Of(in RowSolveArguments arguments, long play, float sign)
    {
        var value = arguments.Values[play];
        var gram = sign * arguments.Gram(value);
        var square = gram > SmallestGram ? gram : SmallestGram;
        var inverse = XMath.Rsqrt(square); // √ and ÷ have slow paths that are calls and cost registers
        return new TeamEntry(
            arguments.Indices[play], square * inverse, gram, sign > 0 ? arguments.Rhs(value) * inverse : 0);
    }
}
