using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Trading.Bench.Session;

/// <summary>
/// The limits that a session is compared with: Kestrel and its WebSocket, and nothing else. Each message is answered by one of the size that the path
/// names. With <c>durable</c> each order is written to a file and synced first, on the thread that read it: the least that a service can do that loses none.
/// </summary>
internal static class EchoServer
{
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        application.Map("/echo/{size:int}", async (Microsoft.AspNetCore.Http.HttpContext context, int size) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await EchoAsync(socket, size, null);
        });
        application.Map("/durable/{size:int}", async (Microsoft.AspNetCore.Http.HttpContext context, int size) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await EchoDurablyAsync(socket, size);
        });
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {address}"));
        await HostingAbstractionsHostExtensions.WaitForShutdownAsync(application);
    }

    private static async Task EchoDurablyAsync(WebSocket socket, int size)
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, new byte[4 << 20], 0);
            RandomAccess.FlushToDisk(file);
            await EchoAsync(socket, size, file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task EchoAsync(WebSocket socket, int size, SafeFileHandle? file)
    {
        long position = 0;
        var buffer = new byte[4096];
        var answer = new byte[size];
        Array.Fill(answer, (byte)'x');
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) return;
            if (file is not null && received.Count > LockStepBench.AckBytes)
            {
                RandomAccess.Write(file, buffer.AsSpan(0, received.Count), position);
                RandomAccess.FlushToDisk(file);
                position += received.Count;
            }

            if (received.EndOfMessage) await socket.SendAsync(answer.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
    }
}
