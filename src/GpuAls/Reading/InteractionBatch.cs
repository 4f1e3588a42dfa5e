namespace GpuAls;

/// <summary>Some rows of a source, column by column, without those that were left out.</summary>
/// <param name="memory">What the columns live in.</param>
internal sealed class InteractionBatch(params IDisposable?[] memory) : IDisposable
{
    /// <summary>How messages name what the rows are from, such as the path of a file.</summary>
    public required string Origin { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Users { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Items { get; init; }

    /// <summary>[rows], finite and not 0; null where each row counts 1.</summary>
    public required ReadOnlyMemory<float>? Weights { get; init; }

    /// <summary>[rows]; null where none are read.</summary>
    public required ReadOnlyMemory<long>? Times { get; init; }

    /// <summary>What the times are.</summary>
    public required TimeKind TimeKind { get; init; }

    /// <summary>Number of rows that were read, left out or not.</summary>
    public required long RowsRead { get; init; }

    /// <summary>What was left out.</summary>
    public required RowVerdicts Verdicts { get; init; }

    /// <summary>How much of the source was read up to here, 0 .. 1.</summary>
    public required double Fraction { get; set; }

    public void Dispose()
    {
        foreach (var owned in memory) owned?.Dispose();
    }
}

/// <summary>The ids of one side in a batch; rows without a usable id have been left out.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Values">What they are: those of a dictionary, or one for each row.</param>
/// <param name="Indices">[rows], the index of each row's id among the values, some of which may have no row.</param>
/// <param name="MayBeIntegers">
/// Whether the source has no types, so that a column of nothing but integers is one of integers.
/// </param>
internal sealed record IdColumn(IdType Type, IdValues Values, Memory<int> Indices, bool MayBeIntegers = false)
{
    /// <summary>Whether any value is a negative integer, which no unsigned type holds.</summary>
    public bool HasNegative { get; init; }

    /// <summary>What they are.</summary>
    public IdKind Kind => new(Type, MayBeIntegers, HasNegative);
}

/// <summary>What the ids of a batch are, see <see cref="IdColumn"/>.</summary>
internal readonly record struct IdKind(IdType Type, bool MayBeIntegers, bool HasNegative);
