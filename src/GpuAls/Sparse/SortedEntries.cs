namespace GpuAls;

/// <summary>Entries in CSR order, duplicates not yet summed.</summary>
/// <param name="Starts">[rows + 1], where each row starts.</param>
/// <param name="Columns">[entries or more], rising within a row.</param>
/// <param name="Values">[entries or more]; null where each entry is 1.</param>
/// <param name="SpareIndices">[entries], memory that is free again.</param>
/// <param name="SpareValues">[entries], memory that is free again; null where each entry is 1.</param>
internal sealed record SortedEntries(long[] Starts, int[] Columns, float[]? Values, int[] SpareIndices, float[]? SpareValues);
