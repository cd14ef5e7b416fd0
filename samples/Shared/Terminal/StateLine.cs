namespace IceSharp.Samples.Terminal;

/// <summary>Shows a state as it moves: in a terminal on one line that is written over, elsewhere a line each.</summary>
/// <remarks>Thread safe: states come from the library's threads.</remarks>
/// <param name="output">Where it writes.</param>
/// <param name="isTerminal">Whether lines can be written over there.</param>
internal sealed class StateLine(TextWriter output, bool isTerminal)
{
    private readonly Lock _gate = new();
    private string _shown = string.Empty;
    private bool _isOpen;

    /// <summary>Shows a state; the same one twice changes nothing.</summary>
    public void Show(string state)
    {
        lock (_gate)
        {
            if (state == _shown)
            {
                return;
            }

            if (isTerminal)
            {
                int leftover = _isOpen ? Math.Max(0, _shown.Length - state.Length) : 0;
                output.Write($"\r[{state}]{new string(' ', leftover)}");
                _isOpen = true;
            }
            else
            {
                output.WriteLine($"[{state}]");
            }

            output.Flush();
            _shown = state;
        }
    }

    /// <summary>Writes a line that stays; a state that was shown stays above it.</summary>
    public void WriteLine(string line = "")
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                output.WriteLine();
                _isOpen = false;
            }

            output.WriteLine(line);
            output.Flush();
        }
    }
}
