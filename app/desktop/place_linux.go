//go:build (desktop || dev) && !bindings

package desktop

/*
#cgo linux pkg-config: gtk+-3.0
#include <gtk/gtk.h>

#define MOST 16

// What is done on GTK's own thread.
typedef struct {
	int x, y;              // in
	int dark;              // in; -1: as it is
	int screens[MOST * 4]; // out
	int count;             // out
	int move;              // in
	GMutex lock;
	GCond done;
	int over;
} task;

static GtkWindow *headgate(void) {
	GtkWindow *found = NULL;
	GList *all = gtk_window_list_toplevels();
	for (GList *one = all; one != NULL; one = one->next) {
		const char *title = gtk_window_get_title(GTK_WINDOW(one->data));
		if (title != NULL && g_strcmp0(title, "Headgate") == 0) {
			found = GTK_WINDOW(one->data);
		}
	}
	g_list_free(all);
	return found;
}

static gboolean run(gpointer data) {
	task *t = data;
	if (t->dark >= 0) {
		g_object_set(gtk_settings_get_default(), "gtk-application-prefer-dark-theme", t->dark, NULL);
	}
	GdkDisplay *display = gdk_display_get_default();
	int count = gdk_display_get_n_monitors(display);
	for (int i = 0; i < count && i < MOST; i++) {
		GdkRectangle area;
		gdk_monitor_get_workarea(gdk_display_get_monitor(display, i), &area);
		t->screens[i * 4] = area.x;
		t->screens[i * 4 + 1] = area.y;
		t->screens[i * 4 + 2] = area.width;
		t->screens[i * 4 + 3] = area.height;
		t->count = i + 1;
	}
	GtkWindow *window = headgate();
	if (t->move && window != NULL) {
		gtk_window_move(window, t->x, t->y);
	}
	g_mutex_lock(&t->lock);
	t->over = 1;
	g_cond_signal(&t->done);
	g_mutex_unlock(&t->lock);
	return G_SOURCE_REMOVE;
}

// begin waits a moment for GTK. When it is busy for longer, the task is left to it.
static task *begin(int move, int x, int y, int dark) {
	task *t = g_new0(task, 1);
	t->move = move;
	t->x = x;
	t->y = y;
	t->dark = dark;
	g_mutex_init(&t->lock);
	g_cond_init(&t->done);
	g_main_context_invoke(NULL, run, t);
	gint64 end = g_get_monotonic_time() + 2 * G_TIME_SPAN_SECOND;
	g_mutex_lock(&t->lock);
	while (!t->over) {
		if (!g_cond_wait_until(&t->done, &t->lock, end)) {
			break;
		}
	}
	int over = t->over;
	g_mutex_unlock(&t->lock);
	return over ? t : NULL;
}

static void end(task *t) {
	g_mutex_clear(&t->lock);
	g_cond_clear(&t->done);
	g_free(t);
}
*/
import "C"

// screens returns what windows may stand on.
func screens() (list []rect) {
	t := C.begin(0, 0, 0, -1)
	if t == nil {
		return nil
	}
	defer C.end(t)
	for i := range int(t.count) {
		at := func(n int) int { return int(t.screens[4*i+n]) }
		list = append(list, rect{at(0), at(1), at(2), at(3)})
	}
	return list
}

// put moves the window to where it was, if there is a screen. Wayland lets no
// program choose its place.
func (p place) put() {
	if fitting, ok := p.on(screens()); ok && !p.Maximised {
		if t := C.begin(1, C.int(fitting.X), C.int(fitting.Y), -1); t != nil {
			C.end(t)
		}
	}
}

// dress gives the window's frame and the page's idea of the system's colours.
func dress(dark bool) {
	on := C.int(0)
	if dark {
		on = 1
	}
	if t := C.begin(0, 0, 0, on); t != nil {
		C.end(t)
	}
}
