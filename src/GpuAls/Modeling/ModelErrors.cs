namespace GpuAls;

/// <summary>What is wrong with the files of a model, with a remedy.</summary>
internal static class ModelErrors
{
    /// <summary>Refuses a model whose plays one process cannot hold.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="plays">How many it was trained on.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: more than an array can have.</exception>
    public static void RequireLoadable(string directory, long plays)
    {
        if (plays > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"the model in '{directory}' was trained on {Counted.Of(plays, "play")} by several processes; one "
                + $"process can load up to {Array.MaxLength:N0}. Make lists in the training: gpuals train writes "
                + "them.");
    }

    /// <summary>A file or folder that cannot be read.</summary>
    /// <param name="path">Which one.</param>
    /// <param name="problem">What is wrong, to follow its name in a sentence.</param>
    /// <param name="exception">What was thrown.</param>
    public static GpuAlsException Damaged(string path, string problem, Exception? exception = null)
    {
        var reason = exception is null ? "" : $": {exception.Message.TrimEnd('.')}";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"{path} {problem}{reason}. Copy the model again, or train again with gpuals train.",
            exception);
    }
}
