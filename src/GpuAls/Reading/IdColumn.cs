namespace GpuAls.Reading;

/// <summary>The ids of one side in a batch; null ids have been left out.</summary>
public abstract record IdColumn(IdType Type);

/// <summary>Ids as text.</summary>
/// <param name="Values">[rows], valid until the batch is disposed of.</param>
/// <param name="MayBeIntegers">Whether the source has no types, so that a column of nothing but integers is one of integers.</param>
public sealed record TextIds(ReadOnlyMemory<ReadOnlyMemory<char>> Values, bool MayBeIntegers) : IdColumn(IdType.Text);

/// <summary>Integer ids.</summary>
/// <param name="Values">[rows].</param>
/// <param name="Type">Integer32 or Integer64.</param>
public sealed record IntegerIds(ReadOnlyMemory<long> Values, IdType Type) : IdColumn(Type);

/// <summary>UUID ids.</summary>
/// <param name="Values">[rows].</param>
public sealed record UuidIds(ReadOnlyMemory<Guid> Values) : IdColumn(IdType.Uuid);
