using System.Globalization;
using System.Text;
using Sylvan.Data.Csv;

namespace GpuAls.Reading;

/// <summary>Plays from delimited text, a batch every few hundred thousand lines.</summary>
internal sealed class DelimitedInteractionReader(InputFile file, InteractionSchema schema)
{
    private const int BatchRows = 1 << 18;
    private const int BufferChars = 1 << 16;
    private const int MaximumLineChars = 1 << 24;

    public IEnumerable<InteractionBatch> Read(CancellationToken cancellation)
    {
        using var lines = Guard(() => new Lines(file, schema));
        while (!lines.AtEnd)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Guard(() => lines.ReadBatch(BatchRows));
        }
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException exception)
        {
            throw Bad("is not UTF-8 text. Convert it, as with: iconv -t UTF-8", exception);
        }
        catch (CsvRecordTooLargeException exception)
        {
            throw Bad($"has a line of more than {MaximumLineChars:N0} characters. A quote may be open; check the line.", exception);
        }
        catch (CsvFormatException exception)
        {
            throw Bad($"line {exception.RowNumber}: {exception.Message.TrimEnd('.')}. Check the quotes in that line.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException)
        {
            throw Bad($"cannot be read: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy it again.", exception);
        }
    }

    private GpuAlsException Bad(string problem, Exception exception) => new(FailureKind.BadInput, $"{file.Path} {problem}", exception);

    /// <summary>The lines of the file, one after the other.</summary>
    private sealed class Lines : IDisposable
    {
        private readonly InputFile _file;
        private readonly InteractionSchema _schema;
        private readonly TextSource _source;
        private readonly CsvDataReader _reader;
        private readonly DelimitedColumns _columns;

        public Lines(InputFile file, InteractionSchema schema)
        {
            (_file, _schema) = (file, schema);
            var delimiter = Delimiters.Choose(file, schema, Delimiters.FirstLine(file));
            _source = new TextSource(file);
            _reader = CsvDataReader.Create(_source.Reader, new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = delimiter,
                CsvStyle = delimiter == '\t' ? CsvStyle.Lax : CsvStyle.Standard, // tab-separated text has bare quotes, as in names
                BufferSize = BufferChars,
                MaxBufferSize = MaximumLineChars,
            });
            AtEnd = !_reader.Read();
            if (AtEnd && schema.HasHeader) throw new GpuAlsException(FailureKind.BadInput, $"{file.Path} is empty; expected a header and rows.");
            _columns = DelimitedColumns.Find(file, schema, schema.HasHeader ? _reader : null);
            if (schema.HasHeader) AtEnd = !_reader.Read();
        }

        public bool AtEnd { get; private set; }

        public InteractionBatch ReadBatch(int maximumRows)
        {
            var batch = new TextBatch();
            var verdicts = new RowVerdicts(line => $"{_file.Path}, line {line}");
            long rows = 0;
            for (; !AtEnd && batch.Count < maximumRows; AtEnd = !_reader.Read())
            {
                if (IsBlank()) continue;
                rows++;
                AddRow(batch, verdicts);
            }

            return batch.Build(_file, _columns.Weight >= 0, rows, verdicts, _source.Fraction);
        }

        public void Dispose()
        {
            _reader.Dispose();
            _source.Dispose();
        }

        private bool IsBlank() => _reader.RowFieldCount == 0 || (_reader.RowFieldCount == 1 && _reader.GetFieldSpan(0).IsEmpty);

        private void AddRow(TextBatch batch, RowVerdicts verdicts)
        {
            long line = _reader.RowNumber;
            if (_reader.RowFieldCount < _columns.Needed)
            {
                verdicts.Reject(line, $"has {_reader.RowFieldCount} fields; expected at least {_columns.Needed}");
                return;
            }

            var user = _reader.GetFieldSpan(_columns.User);
            var item = _reader.GetFieldSpan(_columns.Item);
            if (user.IsEmpty) verdicts.Reject(line, $"column '{_schema.UserColumn}' is empty");
            else if (item.IsEmpty) verdicts.Reject(line, $"column '{_schema.ItemColumn}' is empty");
            else if (HasWeight(verdicts, line, out var weight)) batch.Add(user, item, weight);
        }

        private bool HasWeight(RowVerdicts verdicts, long line, out float weight)
        {
            weight = 1;
            if (_columns.Weight < 0) return true;
            var text = _reader.GetFieldSpan(_columns.Weight);
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                verdicts.Reject(line, text.IsEmpty ? $"column '{_schema.WeightColumn}' is empty" : $"column '{_schema.WeightColumn}' is '{text}'; expected a number");
                return false;
            }

            weight = (float)value;
            return verdicts.Accept(value, _schema.WeightColumn!, line);
        }
    }
}
