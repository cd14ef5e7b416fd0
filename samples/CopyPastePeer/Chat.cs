using System.Text;
using IceSharp.Samples.Media;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer;

/// <summary>Lines of text in both directions, a datagram each, until one side says goodbye. Datagrams may get lost, and lines with them.</summary>
internal sealed class Chat(IceConnection connection, TextReader keyboard, StateLine output)
{
    private const int MaxLineBytes = 1000, MaxDatagramBytes = 1500, Confirmations = 3;

    private readonly PcmuSender _goodbye = new(default, TimeProvider.System);
    private readonly PcmuReceiver _receiver = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("Type away; an empty line or the end of input ends the chat.");
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task listening = ListenAsync(ended.Token);

        // Reading a console cannot be cancelled: when the other side leaves, that thread is left to the end of the program.
        Task talking = Task.Run(() => TalkAsync(ended.Token), CancellationToken.None);
        if (await Task.WhenAny(talking, listening) == talking)
        {
            await talking;
            await _goodbye.RunAsync(connection.SendAsync, cancellationToken);
            output.WriteLine("Chat ended.");
        }
        else
        {
            await listening;
            output.WriteLine("The other side has left.");
        }

        await ended.CancelAsync();
        await Task.WhenAny(listening);
    }

    private async Task TalkAsync(CancellationToken cancellationToken)
    {
        while (keyboard.ReadLine() is { Length: > 0 } line)
        {
            byte[] datagram = Encoding.UTF8.GetBytes(line);
            if (datagram.Length > MaxLineBytes)
            {
                output.WriteLine($"That line has {datagram.Length} bytes; more than {MaxLineBytes} do not fit into a datagram everywhere.");
                continue;
            }

            await connection.SendAsync(datagram, cancellationToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxDatagramBytes];
        while (true)
        {
            int count = await connection.ReceiveAsync(buffer, cancellationToken);

            // RTP and RTCP begin with binary 10, which no UTF-8 text does.
            if (count > 0 && buffer[0] >> 6 != 0b10)
            {
                output.WriteLine($"other side: {Readable(buffer.AsSpan(0, count))}");
                continue;
            }

            switch (_receiver.Handle(buffer.AsSpan(0, count), TimeSpan.Zero))
            {
                case PcmuVerdict.Confirmed:
                    _goodbye.Confirm();
                    break;
                case PcmuVerdict.Goodbye:
                    for (int i = 0; i < Confirmations; i++)
                    {
                        await connection.SendAsync(_receiver.Confirmation, cancellationToken);
                    }

                    return;
                default:
                    break;
            }
        }
    }

    // Control characters would steer the terminal.
    private static string Readable(ReadOnlySpan<byte> text) =>
        string.Concat(Encoding.UTF8.GetString(text).Select(c => char.IsControl(c) ? '?' : c));
}
