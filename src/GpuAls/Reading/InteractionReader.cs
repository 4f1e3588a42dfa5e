using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>Plays from files of any form.</summary>
internal static class InteractionReader
{
    /// <summary>The batches that the files have, in the order of the files and of their rows, to be read several at once.</summary>
    /// <param name="files">What to read.</param>
    /// <param name="schema">Which columns.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a file cannot be read, or has not the columns.</exception>
    public static async IAsyncEnumerable<BatchWork> ReadAsync(
        IReadOnlyList<InputFile> files, InteractionSchema schema, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            var batches = file.Format switch
            {
                InputFormat.Delimited => new DelimitedInteractionReader(file, schema).ReadAsync(cancellation),
                InputFormat.JsonLines => new JsonInteractionReader(file, schema).ReadAsync(cancellation),
                _ => new ParquetInteractionReader(file, schema).ReadAsync(cancellation),
            };
            await foreach (var batch in batches.ConfigureAwait(false)) yield return batch;
        }
    }
}
