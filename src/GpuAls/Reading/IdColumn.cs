namespace GpuAls;

/// <summary>The ids of one side in a batch; rows without a usable id have been left out.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Values">What they are: those of a dictionary, or one for each row.</param>
/// <param name="Places">[rows], where the id of each row stands among the values, some of which may have no row.</param>
/// <param name="MayBeIntegers">Whether the source has no types, so that a column of nothing but integers is one of integers.</param>
internal sealed record IdColumn(IdType Type, IdValues Values, Memory<int> Places, bool MayBeIntegers = false)
{
    /// <summary>Whether any value is a negative integer, which no unsigned type holds.</summary>
    public bool HasNegative { get; init; }
}
